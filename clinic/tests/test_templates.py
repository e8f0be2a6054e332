"""Every template can be read at all: a page nobody has opened yet is no excuse."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.utils.formats import date_format

FOLDER = settings.BASE_DIR / "templates"
NAMES = sorted(str(path.relative_to(FOLDER)) for path in Path(FOLDER).rglob("*.html"))


@pytest.mark.parametrize("name", NAMES)
def test_the_template_compiles(name):
    assert get_template(name)


def test_every_icon_that_is_named_is_in_the_sprite():
    known = set((settings.BASE_DIR / "bin/vendor-sources/icons.txt").read_text().split())
    text = "".join((FOLDER / name).read_text() for name in NAMES)

    named = set(re.findall(r'(?:icon|sign=) ?"([a-z-]+)"', text))

    assert named - known == set()


def test_django_itself_writes_dates_as_the_clinic_does():
    moment = datetime(1988, 3, 2, 9, 20)  # noqa: DTZ001  (formatting knows no zone)

    assert [date_format(moment), date_format(moment, "DATETIME_FORMAT")] == [
        "02-Mar-1988", "02-Mar-1988 09:20",
    ]  # fmt: skip
