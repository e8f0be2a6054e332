"""What may be given instead of a drug that is stopped: on the shelf, and itself not stopped."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from inventory.models import DrugAlternative, Item
from patients.domain.cautions import Taken, cautions, stops
from patients.domain.formulary import formulary
from patients.domain.lines.line import Line
from patients.domain.lines.reading import Reading, read
from patients.queries import medicines, safety
from patients.queries.safety import Circumstances

MOST = 2


@dataclass(frozen=True)
class Offer:
    """A whole line that is safe as far as the tables know, and how much of it is there."""

    rule: DrugAlternative
    line: Line
    on_hand: Decimal

    @property
    def id(self) -> UUID:
        return self.rule.pk


def offers(
    about: Circumstances, stopped: Iterable[Item], others: list[Taken]
) -> dict[UUID, list[Offer]]:
    """The first alternatives of each stopped item, in the same number of questions for any.

    `about` is what is known of the patient, of whom nothing is asked again.
    """
    stopped = list(stopped)
    rules = safety.alternatives_to(stopped)
    known = formulary()
    lines = {rule.pk: read(rule.line, known) for rule in rules}
    ids = {UUID(r.line.product.id) for r in lines.values() if r.is_complete and r.line.product}
    if not ids:
        return {}
    able = _able(about, ids, others)
    return {item.pk: list(_for(item, rules, lines, able))[:MOST] for item in stopped}


def _able(about: Circumstances, ids: set[UUID], others: list[Taken]) -> dict[str, Decimal]:
    """What of these is on hand and not stopped for the patient."""
    items = list(Item.objects.filter(pk__in=ids))
    about = safety.beside(about, items)
    on_hand = {pk: shelf.on_hand for pk, shelf in medicines.shelves(ids).items()}
    return {
        str(item.pk): on_hand[item.pk]
        for item in items
        if on_hand[item.pk] > 0 and not stops(cautions(item, others, about))
    }


def _for(
    item: Item,
    rules: list[DrugAlternative],
    lines: Mapping[UUID, Reading],
    able: Mapping[str, Decimal],
) -> Iterator[Offer]:
    keys = safety.keys_of(item)
    for rule in rules:
        line = lines[rule.pk].line
        if rule.instead_of in keys and line.product and line.product.id in able:
            yield Offer(rule, line, able[line.product.id])
