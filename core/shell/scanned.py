"""Numbers on papers that the search box opens: each app registers how it finds its own.

    scanned.register(papers.url_of_number)

belongs in `AppConfig.ready`.
"""

from collections.abc import Callable

from core.accounts.models import User

Finder = Callable[[User, str], str]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """`finder(user, text)` gives the address of what carries that number, or nothing."""
    if finder not in _finders:
        _finders.append(finder)


def address_of(user: User, text: str) -> str:
    """Where the thing with this number is, for whom may see it; nothing for what is no number."""
    return next(filter(None, (find(user, text) for find in _finders)), "")
