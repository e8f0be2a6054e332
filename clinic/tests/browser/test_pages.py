"""Every page at a desk and on a phone, in light and in dark."""

import pytest

from clinic.tests.browser import looking
from clinic.tests.pages import PAGES, Example

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def shown(windows, clinic, request):
    """The page of an example, as it stands after its acts."""
    example: Example = request.param
    page = windows.of(example.user).new_page()
    answer = page.goto(example.address(clinic.patient()))
    assert answer.status == example.status
    if example.act:
        example.act(page)
    looking.settle(page)
    return page


each_page = pytest.mark.parametrize("shown", PAGES, ids=lambda one: one.name, indirect=True)


@each_page
def test_page_is_accessible_quiet_and_fits(shown, windows):
    found = {}
    for name, size in (("desk", DESK), ("phone", PHONE)):
        shown.set_viewport_size(size)
        found[f"{name} light"] = looking.faults(shown)
        shown.emulate_media(color_scheme="dark")
        found[f"{name} dark"] = looking.faults(shown, looking.IN_DARK)
        shown.emulate_media(color_scheme="light")
    found["sideways"] = looking.sideways(shown)
    found["complaints"] = [
        one for one in windows.complaints if not one.startswith(REFUSALS) or shown.url not in one
    ]

    assert {name: fault for name, fault in found.items() if fault} == {}


# A page that is a 403, 404 or 409 is reported on the console as one.
REFUSALS = "error: Failed to load resource: the server responded with a status of 4"
