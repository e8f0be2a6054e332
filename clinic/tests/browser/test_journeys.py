"""What people do all day, done in a real browser."""


def test_home_opens(page):
    opened = page("joy")

    assert opened.title() == "Home · Seth Clinic"
