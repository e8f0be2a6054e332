"""Who asks behind a proxy of ours, and that nobody else is believed."""

import pytest
from django.test import RequestFactory

from core.shell.proxies import see_through

OURS = ["10.0.0.2", "172.18.0.0/16"]


@pytest.mark.parametrize(
    ("comes_from", "says", "is_taken_for"),
    [
        ("10.0.0.2", "192.168.1.20", "192.168.1.20"),
        ("172.18.0.9", "192.168.1.20, 10.0.0.2", "192.168.1.20"),
        ("10.0.0.2", "1.2.3.4, 192.168.1.20", "192.168.1.20"),
        ("10.0.0.2", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "<script>", "10.0.0.2"),
        ("10.0.0.2", "evil, 172.18.0.1", "172.18.0.1"),
        ("192.168.1.66", "10.0.0.2", "192.168.1.66"),
    ],
)
def test_only_our_own_proxies_say_who_asks(settings, comes_from, says, is_taken_for):
    settings.TRUSTED_PROXIES = OURS
    request = RequestFactory().get("/", REMOTE_ADDR=comes_from, HTTP_X_FORWARDED_FOR=says)

    see_through(request)

    assert request.META["REMOTE_ADDR"] == is_taken_for


@pytest.mark.parametrize(("comes_from", "secure"), [("10.0.0.2", True), ("192.168.1.66", False)])
def test_only_our_own_proxies_say_that_it_was_https(settings, comes_from, secure):
    settings.TRUSTED_PROXIES = OURS
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", REMOTE_ADDR=comes_from, HTTP_X_FORWARDED_PROTO="https")

    see_through(request)

    assert request.is_secure() is secure


def test_without_proxies_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = []
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4")

    see_through(request)

    assert request.META["REMOTE_ADDR"] == "127.0.0.1"
