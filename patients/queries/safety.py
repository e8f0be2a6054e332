"""What speaks against a drug for one patient, as it stands in the tables."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from core.clock import today
from inventory.models import DrugAlternative, DrugCaution, InteractionRule, Item
from patients.models import Allergy, AllergyGroup, Patient, Problem
from patients.queries.facts import facts

PREGNANT = r"^(Z33\.?1|Z34|Z3A|O09|O[123]|O4[0-8])"
"""ICD-10-CM: pregnant state, its supervision and weeks, and chapter XV up to delivery."""
PREGNANT_SNOMED = ("77386006", "72892002")
AND = " and "
ATC_LEVELS = (1, 3, 4, 5, 7)


@dataclass(frozen=True)
class Circumstances:
    """The patient, and the rules that can concern what is to be prescribed.

    `is_pregnant` is None where nobody has said.
    """

    age_years: int | None
    sex: str
    is_pregnant: bool | None
    allergies: tuple[Allergy, ...]
    groups: tuple[AllergyGroup, ...]
    interactions: tuple[InteractionRule, ...] = ()
    cautions: tuple[DrugCaution, ...] = ()


def keys_of(item: Item) -> set[str]:
    """What rules may call a drug: generic name, its parts, and each beginning of its ATC code."""
    generic = item.generic_name.lower()
    codes = {item.atc_code[:level] for level in ATC_LEVELS if len(item.atc_code) >= level}
    return {generic, *generic.split(AND), *codes} - {""}


def circumstances(patient: Patient, items: Iterable[Item]) -> Circumstances:
    """Everything the tables say about these drugs and this patient, in six questions at most."""
    items = list(items)
    return Circumstances(
        age_years=age_in_years(patient.birth_date),
        sex=patient.sex,
        is_pregnant=_is_pregnant(patient),
        allergies=tuple(_allergies(patient.pk)),
        groups=tuple(AllergyGroup.objects.all()),
        interactions=interactions_of(items),
        cautions=tuple(cautions_about(items)),
    )


def alternatives_to(items: Iterable[Item]) -> list[DrugAlternative]:
    """What the table offers instead of any of these, the best first."""
    keys = set().union(*(keys_of(item) for item in items))
    return list(DrugAlternative.objects.filter(instead_of__in=keys).order_by("rank", "code"))


def beside(about: Circumstances, items: Iterable[Item]) -> Circumstances:
    """The same patient, and the rules about other drugs: nothing of the patient is asked again."""
    items = list(items)
    return replace(
        about, interactions=interactions_of(items), cautions=tuple(cautions_about(items))
    )


def interactions_of(items: Iterable[Item]) -> tuple[InteractionRule, ...]:
    keys = set().union(*(keys_of(item) for item in items))
    return tuple(InteractionRule.objects.filter(Q(first__in=keys) | Q(second__in=keys)))


def cautions_about(items: Iterable[Item]) -> list[DrugCaution]:
    """What the table says against any of these, in one question."""
    keys = set().union(*(keys_of(item) for item in items))
    return list(DrugCaution.objects.filter(drug__in=keys))


def age_in_years(born: date | None) -> int | None:
    if born is None:
        return None
    now = today()
    return now.year - born.year - ((now.month, now.day) < (born.month, born.day))


def _allergies(patient_id: UUID) -> list[Allergy]:
    wrong = (Allergy.Verification.REFUTED, Allergy.Verification.ENTERED_IN_ERROR)
    valid = Allergy.objects.filter(patient=patient_id, active=True).exclude(verification__in=wrong)
    return list(valid.select_related("group"))


def _is_pregnant(patient: Patient) -> bool | None:
    """By the problem list, else as was said at the bedside; of men nobody asks."""
    if patient.sex == Patient.Sex.MALE:
        return False
    named = Q(code__regex=PREGNANT, code_system__icontains="icd") | Q(code__in=PREGNANT_SNOMED)
    active = Problem.objects.filter(patient=patient, state=Problem.State.ACTIVE)
    return True if active.filter(named).exists() else facts.pregnant(patient.pk)
