"""How a typed result is read and judged: the server's word on ranges, flags and changes.

`static/js/lab.js` says the same while somebody types; what is stored is decided here.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.models import LabTest, Patient, ReferenceRange

Value = int | float | str
NUMBER = re.compile(r"([<>]?)\s*(-?\d+(?:[.,]\d+)?|-?[.,]\d+)")
SHORT = {"-": "not done", "neg": "negative", "pos": "positive"}
NOT_DONE = "not done"
LONGEST = 200
GROWN_UP_DAYS = 30 * 365
CRITICAL = ("HH", "LL", "AA")
LETTERS = ("HH", "LL", "AA", "H", "L", "A")


@dataclass(frozen=True)
class Subject:
    """Whose result it is, as far as ranges depend on it."""

    sex: str
    age_days: int

    @classmethod
    def of(cls, patient: Patient, on: date) -> "Subject":
        """Somebody without a birth date is taken for grown up, as everywhere."""
        born = patient.birth_date
        return cls(patient.sex, max((on - born).days, 0) if born else GROWN_UP_DAYS)


def read(typed: str) -> Value | None:
    """`6,8` is 6.8; `< 5` is `<5`; words stay as they are; nothing at all is None, which 0 is not."""
    text = " ".join(typed.split())[:LONGEST]
    if not text:
        return None
    found = NUMBER.fullmatch(text)
    if found is None:
        return SHORT.get(text.lower(), text)
    sign, figures = found[1], found[2].replace(",", ".")
    return f"{sign}{figures}" if sign else plain(Decimal(figures))


def plain(number: Decimal) -> int | float:
    """A number as documents keep it."""
    return int(number) if number == number.to_integral_value() else float(number)


def written(value: object) -> str:
    """A value as its field shows it."""
    return "" if value is None else str(value)


def range_for(test: LabTest, subject: Subject) -> ReferenceRange | None:
    """The range of this sex and age; one made for the sex goes before one for any."""
    fitting = [one for one in test.ranges.all() if _fits(one, subject)] if test.code else []
    return min(fitting, key=lambda one: one.sex == ReferenceRange.Sex.ANY, default=None)


def flag(test: LabTest, value: Value, limits: ReferenceRange | None) -> str:
    """H, L, and HH, LL where somebody must be told at once; A and AA of answers in words."""
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return _flag_of_words(test, value)
    sign, number = _parts(value)
    return _flag_of_number(sign, number, limits) if limits else ""


def is_odd(test: LabTest, value: Value) -> bool:
    """Whether the value must be asked about before it is kept."""
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return not _is_known_word(test, value)
    if test.answers:
        return True
    _, number = _parts(value)
    too_low = test.least is not None and number < test.least
    return too_low or (test.most is not None and number > test.most)


def change(value: Value | None, before: Value | None) -> Decimal | None:
    """By how much a number differs from the one before."""
    if not isinstance(value, int | float) or not isinstance(before, int | float):
        return None
    return Decimal(str(value)) - Decimal(str(before))


def is_jump(test: LabTest, value: Value | None, before: Value | None) -> bool:
    """Whether it changed by more than the test's delta check allows."""
    difference = change(value, before)
    if difference is None or test.delta is None or not isinstance(before, int | float):
        return False
    return abs(difference) * 100 > test.delta * abs(Decimal(str(before)))


def _fits(limits: ReferenceRange, subject: Subject) -> bool:
    ages = limits.age_days
    from_birth = ages.lower is None or ages.lower <= subject.age_days
    return (
        limits.sex in (subject.sex, ReferenceRange.Sex.ANY)
        and from_birth
        and (ages.upper is None or subject.age_days < ages.upper)
    )


def _parts(value: Value) -> tuple[str, Decimal]:
    found = NUMBER.fullmatch(str(value))
    return (found[1], Decimal(found[2])) if found else ("", Decimal(str(value)))


def _flag_of_words(test: LabTest, value: str) -> str:
    if value in test.critical:
        return "AA"
    return "A" if value in test.abnormal else ""


def _flag_of_number(sign: str, number: Decimal, limits: ReferenceRange) -> str:
    """`<5` may be anything below: it is low where 5 is the lower limit already; `>5` likewise."""
    for letters, limit in (("HH", limits.critical_high), ("H", limits.high)):
        if limit is not None and sign != "<" and (number > limit or (sign and number >= limit)):
            return letters
    for letters, limit in (("LL", limits.critical_low), ("L", limits.low)):
        if limit is not None and sign != ">" and (number < limit or (sign and number <= limit)):
            return letters
    return ""


def _is_known_word(test: LabTest, value: str) -> bool:
    """Free text belongs to a test that has neither a unit nor answers, such as a culture."""
    if value == NOT_DONE or value in test.answers:
        return True
    return value in SHORT.values() if test.unit else not test.answers
