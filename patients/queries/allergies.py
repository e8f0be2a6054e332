"""Allergies of a patient, and the substances somebody may be allergic to."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from inventory.models import Item
from patients.models import Allergy, AllergyGroup

MOST_FOUND = 8
SHORTEST = 2
# Fewer letters must begin a word: "amo" is no search for Paracetamol.
LONG_ENOUGH_INSIDE = 4


@dataclass(frozen=True)
class Substance:
    """A name to choose; `note` says what it belongs to."""

    name: str
    note: str


def standing(patient_id: UUID) -> QuerySet[Allergy]:
    """What the patient must not get, the gravest first."""
    mine = Allergy.objects.filter(patient=patient_id, active=True)
    known = mine.exclude(
        verification__in=(Allergy.Verification.ENTERED_IN_ERROR, Allergy.Verification.REFUTED)
    )
    return known.select_related("group").order_by("criticality", "substance")


def withdrawn(patient_id: UUID) -> QuerySet[Allergy]:
    """What was entered in error, the last first."""
    error = Allergy.Verification.ENTERED_IN_ERROR
    return Allergy.objects.filter(patient=patient_id, verification=error).order_by("-updated_at")


def group_of(substance: str) -> AllergyGroup | None:
    """The group that has this name, or a member of this name."""
    wanted = substance.strip().lower()
    for group in AllergyGroup.objects.all():
        if wanted == group.name.lower() or wanted in (str(one).lower() for one in group.members):
            return group
    return None


def substances(typed: str) -> list[Substance]:
    """Names that hold what is typed: whole groups, their members, what the pharmacy keeps."""
    wanted = typed.strip().lower()
    if len(wanted) < SHORTEST:
        return []
    found: dict[str, Substance] = {}
    for one in (*_of_groups(wanted), *_of_pharmacy(wanted)):
        found.setdefault(one.name.lower(), one)
    ranked = sorted(
        found.values(), key=lambda one: (not one.name.lower().startswith(wanted), one.name)
    )
    return ranked[:MOST_FOUND]


def _of_groups(wanted: str) -> list[Substance]:
    groups = list(AllergyGroup.objects.all())
    whole = [Substance(g.name, "the whole group") for g in groups if _holds(g.name, wanted)]
    members = [
        Substance(str(member).capitalize(), group.name)
        for group in groups
        for member in group.members
        if _holds(str(member), wanted)
    ]
    return whole + members


def _of_pharmacy(wanted: str) -> list[Substance]:
    kept = Item.objects.filter(kind=Item.Kind.DRUG, generic_name__icontains=wanted)
    names = kept.order_by("generic_name").values_list("generic_name", flat=True).distinct()
    found = [name for name in names if _holds(name, wanted)]
    return [Substance(name, "kept in the pharmacy") for name in found[:MOST_FOUND]]


def _holds(name: str, wanted: str) -> bool:
    if len(wanted) >= LONG_ENOUGH_INSIDE:
        return wanted in name.lower()
    return any(word.startswith(wanted) for word in name.lower().split())
