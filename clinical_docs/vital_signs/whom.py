"""Whose values they are: what is usual, and whether NEWS2 counts, depends on it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clinical_docs.vital_signs.ranges import (
    GROWN_UP_MONTHS,
    MAY_BE_PREGNANT,
    NEWS2_FROM_MONTHS,
    Limits,
    age_in_months,
    limits,
)
from clinical_docs.vital_signs.signs import Doubt, Sign

CHILD_UNTIL_MONTHS = 12 * 12


@dataclass(frozen=True)
class Whom:
    """Somebody of an age and a sex on the day of measuring."""

    months: int
    sex: str
    is_known_age: bool = True

    @classmethod
    def of(cls, born: date | None, sex: str, on: date) -> "Whom":
        return cls(age_in_months(born, on), sex, born is not None)

    @property
    def may_be_pregnant(self) -> bool:
        """Women and girls of 12 to 55 years are asked."""
        earliest, latest = MAY_BE_PREGNANT
        return self.sex == "female" and self.is_known_age and earliest <= self.months < latest

    @property
    def may_score(self) -> bool:
        """NEWS2 is for 16 years and more; in pregnancy it is not used either."""
        return self.months >= NEWS2_FROM_MONTHS

    @property
    def is_grown_up(self) -> bool:
        return self.months >= GROWN_UP_MONTHS

    @property
    def in_words(self) -> str:
        """`a woman of 38 years`, `a boy of 14 months`: for whom ranges are shown."""
        if not self.is_known_age:
            return "an adult; the date of birth is not known"
        years = self.months // 12
        number, unit = (years, "year") if years >= 2 else (self.months, "month")
        return f"{self._noun} of {number} {unit}{'' if number == 1 else 's'}"

    @property
    def _noun(self) -> str:
        grown = {"female": "a woman", "male": "a man"}
        young = {"female": "a girl", "male": "a boy"}
        either = "an adult" if self.is_grown_up else "a child"
        return (grown if self.is_grown_up else young).get(self.sex, either)

    def limits(self, name: str) -> Limits | None:
        return limits(name, self.months)

    def letter(self, name: str, value: Decimal) -> str:
        """H, L, HH, LL, or nothing: usual, or no range is known."""
        found = self.limits(name)
        return found.letter(value) if found else ""

    def doubt(self, sign: Sign) -> Doubt:
        return sign.child_doubt if self.months < CHILD_UNTIL_MONTHS else sign.doubt
