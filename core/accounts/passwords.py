"""Passwords that are soon guessed: leaked ones, rows of keys, names with a year behind them."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

LEAST_GUESSES = 10**9
# More would take seconds to judge; a password is not made worse by going on.
JUDGED = 72


class GuessableValidator:
    """Refuses what a list of leaked passwords, a keyboard or one's own name gives away."""

    def validate(self, password: str, user: Any = None) -> None:
        found = zxcvbn(password[:JUDGED], user_inputs=_known_words(user))
        if found["guesses"] < LEAST_GUESSES:
            raise ValidationError(f"This password is soon guessed. {self.get_help_text()}")

    def get_help_text(self) -> str:
        return "Four words that do not belong together are easy to remember and hard to guess."


def _known_words(user: Any) -> list[str]:
    """What everybody may know of the person and the house."""
    names = ("username", "given_name", "family_name", "email")
    known = " ".join(str(getattr(user, name, "") or "") for name in names)
    return re.findall(r"\w+", f"{settings.CLINIC_NAME} {known}".lower())
