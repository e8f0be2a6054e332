"""What speaks against a line: allergies, the same drug twice, interactions, age and pregnancy.

The tables hold what matters most in primary care. They are not complete, and silence is no
clearance: the page says so where it warns.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from inventory.models import DrugCaution, InteractionRule, Item, Severity
from patients.models import Allergy, AllergyGroup
from patients.queries.safety import Circumstances, keys_of

Kind = Literal["allergy", "duplicate", "interaction", "age", "pregnancy"]
SUBGROUP = 5
"""So many signs of an ATC code name the chemical subgroup, its fourth level."""
FERTILE = range(12, 56)


@dataclass(frozen=True)
class Caution:
    """One reason to think again. A stop is settled by another drug or by a reason to go on."""

    key: str
    kind: Kind
    is_stop: bool
    title: str
    text: str = ""
    advice: str = ""
    source: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Taken:
    """Another drug of the patient: on this prescription, or still being taken."""

    item: Item
    words: str
    is_being_written: bool = False


def cautions(item: Item, others: Iterable[Taken], about: Circumstances) -> list[Caution]:
    """All that is known against giving the item to this patient beside the others; stops first."""
    found = [
        *_allergies(item, about),
        *_same_again(item, others := list(others)),
        *_interactions(item, others, about.interactions),
        *_of_the_patient(item, about),
    ]
    unique = {one.key: one for one in found}
    return sorted(unique.values(), key=lambda one: not one.is_stop)


def stops(found: Iterable[Caution]) -> list[Caution]:
    return [one for one in found if one.is_stop]


def _allergies(item: Item, about: Circumstances) -> Iterator[Caution]:
    mine = [group for group in about.groups if _belongs(item, group)]
    for allergy in about.allergies:
        theirs = [group for group in about.groups if group_of(allergy, group)]
        shared = next((group for group in mine if group in theirs), None)
        if shared is not None or names_drug(allergy.substance, item):
            yield _allergic(item, allergy, shared)
        elif note := _cross_reaction(item, mine, theirs):
            name = _plain(item)
            title = f"Allergy to {allergy.substance.lower()}: {name} may cross-react"
            yield Caution(f"cross:{allergy.pk}", "allergy", False, title, f"{note}.")


def _allergic(item: Item, allergy: Allergy, group: AllergyGroup | None) -> Caution:
    is_it = f"{_plain(item)} {_is_a(group)}" if group else f"allergy to {allergy.substance.lower()}"
    reaction = allergy.reaction[:1].upper() + allergy.reaction[1:] or "Reaction not recorded"
    if group and not names_drug(allergy.substance, item):
        reaction = f"Allergy to {allergy.substance.lower()}. {reaction}"
    key, title = f"allergy:{allergy.pk}", f"Stop: {is_it}"
    return Caution(key, "allergy", True, title, reaction, recorded_at=allergy.recorded_at)


def _cross_reaction(item: Item, mine: list[AllergyGroup], theirs: list[AllergyGroup]) -> str:
    """The note of the allergy's group, where it speaks of the drug or its group."""
    for group in theirs:
        words = [one.name for one in mine] + [_plain(item)]
        if any(_stem(word) in group.note.lower() for word in words):
            return group.note
    return ""


def _belongs(item: Item, group: AllergyGroup) -> bool:
    return any(names_drug(member, item) for member in group.members)


def group_of(allergy: Allergy, group: AllergyGroup) -> bool:
    """Whether the allergy is to the group or a member: `substance with penicillin structure`."""
    if allergy.group_id == group.pk:
        return True
    said = allergy.substance.lower()
    return any(_word(name, said) for name in (_stem(group.name), *group.members))


def names_drug(substance: str, item: Item) -> bool:
    """Whether the substance is the drug, or one of its parts."""
    return any(
        _word(substance.lower(), name) for name in (item.generic_name.lower(), item.name.lower())
    )


def _word(word: str, text: str) -> bool:
    return bool(word) and re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", text) is not None


def _stem(name: str) -> str:
    return name.lower().removesuffix("s")


def _is_a(group: AllergyGroup) -> str:
    """`is a penicillin`, `is an ACE inhibitor`, `belongs to NSAIDs and aspirin`."""
    if " and " in group.name or not group.name.endswith("s"):
        return f"belongs to {group.name}"
    one = group.name.removesuffix("s")
    one = one if one[:2].isupper() else one[:1].lower() + one[1:]
    return f"is {'an' if one[0].lower() in 'aeiou' else 'a'} {one}"


def _plain(item: Item) -> str:
    return (item.generic_name or item.name).lower()


def _same_again(item: Item, others: list[Taken]) -> Iterator[Caution]:
    """The same substance twice on one prescription stops; a relative, or one being taken, warns."""
    for other in others:
        same = keys_of(item) & keys_of(other.item) & {*_parts(item), *_parts(other.item)}
        if same:
            where = (
                "is already on this prescription" if other.is_being_written else "is being taken"
            )
            yield Caution(
                f"duplicate:{other.item.pk}:{other.is_being_written}",
                "duplicate",
                other.is_being_written,
                f"{'Stop: ' if other.is_being_written else ''}{min(same)} {where}",
                other.words,
            )
        elif (
            item.atc_code[:SUBGROUP] == other.item.atc_code[:SUBGROUP]
            and len(item.atc_code) > SUBGROUP
        ):
            title = f"{_plain(item)} and {_plain(other.item)} are of the same kind"
            yield Caution(f"class:{other.item.pk}", "duplicate", False, title, other.words)


def _parts(item: Item) -> list[str]:
    generic = item.generic_name.lower()
    return [generic, *generic.split(" and ")]


def _interactions(
    item: Item, others: list[Taken], rules: Iterable[InteractionRule]
) -> Iterator[Caution]:
    mine = keys_of(item)
    for other in others:
        theirs = keys_of(other.item)
        for rule in rules:
            meets = (rule.first in mine and rule.second in theirs) or (
                rule.second in mine and rule.first in theirs
            )
            if meets and item.generic_name != other.item.generic_name:
                yield _interaction(item, other, rule)


def _interaction(item: Item, other: Taken, rule: InteractionRule) -> Caution:
    is_stop = rule.severity != Severity.MODERATE
    pair = f"{_plain(item)} with {_plain(other.item)}"
    title = f"Stop: {pair}" if is_stop else pair[:1].upper() + pair[1:]
    key = f"interaction:{rule.code}:{other.item.pk}"
    return Caution(key, "interaction", is_stop, title, rule.effect, rule.advice, rule.source)


def _of_the_patient(item: Item, about: Circumstances) -> Iterator[Caution]:
    for rule in about.cautions:
        if rule.drug not in keys_of(item):
            continue
        if rule.about == DrugCaution.About.PREGNANT:
            yield from _pregnancy(item, rule, about)
        elif _is_of_age(rule, about.age_years):
            yield _age(item, rule)


def _is_of_age(rule: DrugCaution, age: int | None) -> bool:
    if age is None or rule.age_years is None:
        return False
    if rule.about == DrugCaution.About.YOUNGER:
        return age < rule.age_years
    return age >= rule.age_years


def _age(item: Item, rule: DrugCaution) -> Caution:
    is_stop = rule.severity != Severity.MODERATE
    below = rule.about == DrugCaution.About.YOUNGER
    limit = f"under {rule.age_years} years" if below else f"from {rule.age_years} years on"
    title = f"{'Stop: ' if is_stop else ''}{_plain(item)} {limit}"
    return Caution(f"age:{rule.code}", "age", is_stop, title, rule.effect, rule.advice, rule.source)


def _pregnancy(item: Item, rule: DrugCaution, about: Circumstances) -> Iterator[Caution]:
    """Of a woman of child-bearing age it is at least asked."""
    is_stop = rule.severity != Severity.MODERATE
    if about.is_pregnant:
        title = f"{'Stop: ' if is_stop else ''}{_plain(item)} in pregnancy"
        yield Caution(
            f"pregnancy:{rule.code}",
            "pregnancy",
            is_stop,
            title,
            rule.effect,
            rule.advice,
            rule.source,
        )
    elif about.is_pregnant is None and about.age_years in FERTILE and is_stop:
        title = f"Can she be pregnant? {_plain(item).capitalize()} is not for pregnancy"
        yield Caution(
            f"ask:{rule.code}", "pregnancy", False, title, rule.effect, rule.advice, rule.source
        )
