"""What every page knows of itself: the menu, who is signed in, where things are."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property

from core.accounts.models import User
from core.accounts.roles import Role
from core.shell.menu import MenuLine, lines_for


class Shell:
    """Facts of the frame, each worked out when a template first asks: fragments pay for none."""

    clinic_name = settings.CLINIC_NAME
    currency = settings.CURRENCY
    demo = settings.CLINIC_DEMO
    version = settings.VERSION

    @property
    def lock_after(self) -> int:
        """Seconds without a hand after which the page locks."""
        return int(settings.LOCK_AFTER)

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) else None

    @property
    def arrived_at(self) -> str:
        """When this page was asked for, in seconds: its socket asks what has changed since."""
        return str(getattr(self._request, "arrived_at", ""))

    @cached_property
    def menu(self) -> list[MenuLine]:
        return lines_for(self.user, self._request.path) if self.user else []

    @property
    def beyond(self) -> list[MenuLine]:
        """What a phone shows under "More"."""
        return [line for line in self.menu if line.beyond]

    @property
    def topics(self) -> str:
        """What the counts of the menu change with."""
        return " ".join(topic for line in self.menu for topic in line.entry.topics)

    @property
    def display_name(self) -> str:
        return self.user.display_name if self.user else ""

    @property
    def short_name(self) -> str:
        return self.user.get_short_name() if self.user else ""

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.user.roles] if self.user else []

    @property
    def theme(self) -> str:
        return self.user.theme if self.user else "auto"

    @property
    def frame(self) -> str:
        """The template an error page stands in: the shell, or for a stranger the plain page."""
        return "base.html" if self.user else "base_plain.html"

    @property
    def search_url(self) -> str:
        may_search = self.user and self.user.has_perm("patients.search")
        return address("patients:search") if may_search else ""

    @property
    def scan_url(self) -> str:
        return address("patients:scan") if self.search_url else ""

    @property
    def profile_url(self) -> str:
        return address("profile:profile")

    @property
    def sign_out_url(self) -> str:
        return address("accounts:sign_out")

    @property
    def admin_url(self) -> str:
        return address("admin:index") if self.user and self.user.is_staff else ""


def address(name: str, *args: object) -> str:
    """Where the named page is, or nothing where this clinic has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Gives every template `shell`."""
    return {"shell": Shell(request)}
