"""The rail: each app registers its entries, each person sees those the role may use.

    menu.register(MenuEntry("queue", "Queue", "users", "patients:queue", "visits.view", order=20,
                            shortcut="g q", count=queue.waiting_for, hot=True))

belongs in `AppConfig.ready`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from core.accounts.models import User
from core.errors import ClinicError

PLACES_ON_A_PHONE = 5


@dataclass(frozen=True)
class MenuEntry:
    """One line of the rail.

    `shortcut` are the keys that open it (`g q`); `count` says how many wait there for this person,
    None for nothing to say; `hot` marks counts that ask for an act rather than inform; `topics` are
    what changes the count: every page listens to them.
    """

    name: str
    label: str
    icon: str
    url_name: str
    permission: str
    order: int = 100
    shortcut: str = ""
    count: Callable[[User], int | None] | None = None
    hot: bool = False
    topics: tuple[str, ...] = ()


_entries: dict[str, MenuEntry] = {}


def register(entry: MenuEntry) -> None:
    """Adds an entry; registering it again changes nothing, taking another's name is refused."""
    known = _entries.setdefault(entry.name, entry)
    if known != entry:
        raise ValueError(f"The menu already has another entry named {entry.name}.")


def entries_for(user: User) -> list[MenuEntry]:
    """What the person's roles may open, in order."""
    allowed = (entry for entry in _entries.values() if user.has_perm(entry.permission))
    return sorted(allowed, key=lambda entry: (entry.order, entry.label))


@dataclass(frozen=True)
class MenuLine:
    """An entry as one person sees it on one page."""

    entry: MenuEntry
    url: str
    count: int | None
    here: bool
    beyond: bool
    """No place left for it in a phone's bottom bar: it is under "More" there."""


def lines_for(user: User, path: str) -> list[MenuLine]:
    """The rail of this person on the page at `path`."""
    entries = entries_for(user)
    urls = [reverse(entry.url_name) for entry in entries]
    here = _nearest(urls, path)
    places = PLACES_ON_A_PHONE if len(entries) <= PLACES_ON_A_PHONE else PLACES_ON_A_PHONE - 1
    return [
        MenuLine(entry, url, _count(entry, user), url == here, position >= places)
        for position, (entry, url) in enumerate(zip(entries, urls, strict=True))
    ]


def _nearest(urls: list[str], path: str) -> str | None:
    """The longest address that the page lies under; the front page holds only itself."""
    above = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(above, key=len, default=None)


def _count(entry: MenuEntry, user: User) -> int | None:
    try:
        return entry.count(user) if entry.count else None
    except ClinicError:
        # A count is an ornament: a server that is down must not take the page with it.
        return None
