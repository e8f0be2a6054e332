"""What people set for themselves."""

from core.accounts.models import User


def is_theme(name: str) -> bool:
    return name in dict(User._meta.get_field("theme").flatchoices)


def choose_theme(name: str, *, by: User) -> None:
    by.theme = name
    by.save(update_fields=["theme"])
