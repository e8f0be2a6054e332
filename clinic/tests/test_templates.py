"""Every template can be read at all: a page nobody has opened yet is no excuse."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

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
