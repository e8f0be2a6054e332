"""Passwords that are soon guessed: leaked ones, rows of keys, names with a year behind them."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from zxcvbn import zxcvbn

LEAST_GUESSES = 10**9
# More would take seconds to judge; a password is not made worse by going on.
JUDGED = 72
SHORTEST_WORD = 3


class GuessableValidator:
    """Refuses what a list of leaked passwords, a keyboard or one's own name gives away."""

    def validate(self, password: str, user: Any = None) -> None:
        judged, known = password[:JUDGED], _known_words(user)
        # A sign between them makes known words look like many: what is left of it must do alone.
        rest = _without(judged, known)
        if not rest or min(_guesses(judged, known), _guesses(rest, known)) < LEAST_GUESSES:
            raise ValidationError(f"This password is soon guessed. {self.get_help_text()}")

    def get_help_text(self) -> str:
        return "Four words that do not belong together are easy to remember and hard to guess."


def _guesses(password: str, known: list[str]) -> float:
    return float(zxcvbn(password, user_inputs=known)["guesses"])


def _without(password: str, known: list[str]) -> str:
    """What of it is neither the house's nor the person's name."""
    longest_first = sorted(known, key=len, reverse=True)
    words = [re.escape(word) for word in longest_first if len(word) >= SHORTEST_WORD]
    return re.sub("|".join(words), "", password, flags=re.IGNORECASE) if words else password


def _known_words(user: Any) -> list[str]:
    """What everybody may know of the person and the house."""
    names = ("username", "given_name", "family_name", "email")
    known = " ".join(str(getattr(user, name, "") or "") for name in names)
    return re.findall(r"\w+", f"{settings.CLINIC_NAME} {known}".lower())
