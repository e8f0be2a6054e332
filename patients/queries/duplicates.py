"""Is it somebody we know already? A score of 100, with its reasons.

The weights are ours, chosen so that the same name and birth date alone are "very likely", and a
name that sounds alike needs the phone or the birth date beside it.
"""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from uuid import UUID

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, Q, Value, When

from patients.models import Patient
from patients.models.patient import NameSounds
from patients.queries.plain import plain_words

VERY_LIKELY, POSSIBLE, LEAST = 80, 50, 30
MOST_LOOKED_AT, MOST_SHOWN = 200, 5


@dataclass(frozen=True)
class Candidate:
    """As much of a new patient as has been typed."""

    family_name: str = ""
    given_names: str = ""
    birth_date: date | None = None
    birth_date_estimated: bool = False
    sex: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Reason:
    """`sign`: same, alike or differs."""

    sign: str
    words: str
    points: int


@dataclass(frozen=True)
class Likeness:
    """A patient who may be the same person."""

    patient: Patient
    reasons: list[Reason]

    @property
    def score(self) -> int:
        return max(0, min(100, sum(reason.points for reason in self.reasons)))

    @property
    def verdict(self) -> str:
        if self.score >= VERY_LIKELY:
            return "very likely"
        return "possible" if self.score >= POSSIBLE else "unlikely"


def alike(candidate: Candidate, *, besides: UUID | None = None) -> list[Likeness]:
    """The likeliest first, at most five, none under 30 points, never the patient `besides`."""
    looked_at = [one for one in _neighbours(candidate) if one.pk != besides]
    found = [Likeness(patient, reasons(candidate, patient)) for patient in looked_at]
    worth = [likeness for likeness in found if likeness.score >= LEAST]
    return sorted(worth, key=lambda one: -one.score)[:MOST_SHOWN]


def _neighbours(candidate: Candidate) -> list[Patient]:
    """Those who share the phone, the birth date, or the sound of a name; the nearest so many."""
    sure = _shares_a_fact(candidate)
    near = Patient.objects.filter(sure | _shares_a_name(candidate), merged_into=None)
    # Hundreds may bear the name: the one looked for must be among those who are compared.
    nearest = near.order_by(Case(When(sure, then=0), default=1), _written_alike(candidate).desc())
    return list(nearest[:MOST_LOOKED_AT])


def _shares_a_fact(candidate: Candidate) -> Q:
    shares = Q(pk=None)
    if candidate.phone:
        shares |= Q(phone=candidate.phone)
    if candidate.birth_date and not candidate.birth_date_estimated:
        shares |= Q(birth_date=candidate.birth_date)
    return shares


def _shares_a_name(candidate: Candidate) -> Q:
    """By its sound; in other scripts than Latin, which have none, by a whole word."""
    words = (word for word in plain_words(candidate.family_name) if not word.isascii())
    shares = reduce(or_, (Q(search_name__contains=f" {word} ") for word in words), Q(pk=None))
    if len(candidate.family_name) > 1:
        shares |= Q(sounds__overlap=NameSounds(Value(candidate.family_name)))
    return shares


def _written_alike(candidate: Candidate) -> TrigramSimilarity:
    words = plain_words(f"{candidate.family_name} {candidate.given_names}")
    return TrigramSimilarity("search_name", " ".join(words))


def reasons(candidate: Candidate, patient: Patient) -> list[Reason]:
    """What speaks for and against, in the order a receptionist would say it."""
    found = (
        _name("family name", candidate.family_name, patient.family_name, 32),
        _name("given name", candidate.given_names, patient.given_names, 22),
        _born(candidate, patient),
        _phone(candidate, patient),
        _sex(candidate, patient),
    )
    return [reason for reason in found if reason is not None]


def _name(what: str, typed: str, known: str, points: int) -> Reason | None:
    mine, theirs = plain_words(typed), plain_words(known)
    if not mine or not theirs:
        return None
    if mine == theirs:
        return Reason("same", f"same {what}", points)
    if set(mine) & set(theirs) or _begins(mine[0], theirs[0]):
        return Reason("alike", f"{known}, {typed}", points * 2 // 3)
    return None


def _begins(one: str, other: str) -> bool:
    """`grace` and `gracie`: the first four letters are a name's stem often enough to look."""
    return min(len(one), len(other)) >= 4 and one[:4] == other[:4]


def _born(candidate: Candidate, patient: Patient) -> Reason | None:
    mine, theirs = candidate.birth_date, patient.birth_date
    if mine is None or theirs is None:
        return None
    years = abs((mine - theirs).days) / 365.25
    if candidate.birth_date_estimated or patient.birth_date_estimated:
        return Reason("alike", "age fits", 15) if years <= 2 else _older(years)
    if mine == theirs:
        return Reason("same", "same date of birth", 30)
    if (mine.year, mine.month, mine.day) == (theirs.year, theirs.day, theirs.month):
        return Reason("alike", "day and month swapped", 22)
    return Reason("alike", "born within a year", 8) if years <= 1 else _older(years)


def _older(years: float) -> Reason:
    return Reason("differs", f"{years:.0f} years apart", -20 if years > 5 else -5)


def _phone(candidate: Candidate, patient: Patient) -> Reason | None:
    if not candidate.phone or not patient.phone:
        return None
    if candidate.phone == patient.phone:
        return Reason("same", "same phone", 20)
    return Reason("differs", "other phone", 0)


def _sex(candidate: Candidate, patient: Patient) -> Reason | None:
    known = {candidate.sex, patient.sex} <= {"female", "male"}
    return Reason("differs", "other sex", -15) if known and candidate.sex != patient.sex else None
