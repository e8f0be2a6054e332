"""Lines as the prescribing panel shows them: typed, drafted, signed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from core.accounts.models import User
from inventory.models import Item
from patients.domain import favourites
from patients.domain.alternatives import Offer, offers
from patients.domain.cautions import Caution, cautions, stops
from patients.domain.checking import besides, check, circumstances_of, others_of, unsettled
from patients.domain.formulary import formulary
from patients.domain.lines.line import Line
from patients.domain.lines.line import render as in_full
from patients.domain.lines.products import Product
from patients.domain.lines.reading import Reading
from patients.domain.lines.reading import read as understand
from patients.domain.prescriptions import line_of
from patients.models import Prescription, PrescriptionItem, Visit
from patients.queries import medicines
from patients.queries.facts import facts
from patients.queries.medicines import Shelf
from patients.queries.safety import circumstances

FIELDS = ("product", "dose", "route", "frequency", "as_needed", "days", "quantity", "instruction")
REASONS = (
    "Took it before without harm",
    "The allergy is doubtful",
    "Benefit outweighs the risk, discussed with the patient",
    "Nothing else is suitable",
    "Will be watched closely",
)


@dataclass(frozen=True)
class Choice:
    """A product that may be meant, with what is on the shelf of it."""

    product: Product
    shelf: Shelf | None


@dataclass
class TypedLine:
    """The line in the box, as far as it is understood."""

    text: str = ""
    reading: Reading | None = None
    cells: list[dict[str, Any]] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    shelf: Shelf | None = None
    cautions: list[Caution] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def stops(self) -> list[Caution]:
        return stops(self.cautions)

    @property
    def warnings(self) -> list[Caution]:
        return [one for one in self.cautions if not one.is_stop]

    @property
    def is_ready(self) -> bool:
        return self.reading is not None and self.reading.is_complete and not self.stops


@dataclass
class DraftLine:
    """A line that waits to be signed."""

    item: PrescriptionItem
    line: Line
    cautions: list[Caution]
    open_stops: list[Caution]
    shelf: Shelf | None
    offers: list[Offer] = field(default_factory=list)
    is_favourite: bool = False

    @property
    def warnings(self) -> list[Caution]:
        return [one for one in self.cautions if not one.is_stop]


def given_by_hand(sent: Mapping[str, str]) -> dict[str, str]:
    """The fields that differ from what had been read out of the text."""
    changed = {}
    for name in FIELDS:
        value = sent.get(f"by-{name}")
        if value is not None and value.strip() != sent.get(f"was-{name}", "").strip():
            changed[name] = value
    return changed


def reading_of(visit: Visit, sent: Mapping[str, str]) -> Reading:
    text = sent.get("text", "")
    weight = facts.weight_today(visit.patient_id) if "kg" in text.lower() else None
    return understand(text, formulary(), weight_kg=weight, given=given_by_hand(sent))


def typed_line(visit: Visit, sent: Mapping[str, str]) -> TypedLine:
    """Read what was sent, and look at shelf and patient for the drug that is meant."""
    text = sent.get("text", "")
    if not text.strip():
        return TypedLine()
    reading, given = reading_of(visit, sent), given_by_hand(sent)
    before = understand(text, formulary()) if given else reading
    typed = TypedLine(text, reading, cells_of(reading, before), given=given)
    wanted = [UUID(p.id) for p in (reading.line.product, *reading.choices) if p]
    shelves = medicines.shelves(wanted) if wanted else {}
    typed.choices = [Choice(one, shelves.get(UUID(one.id))) for one in reading.choices]
    if reading.line.product:
        typed.shelf = shelves.get(UUID(reading.line.product.id))
        look_out(visit, typed, sent)
    return typed


def look_out(visit: Visit, typed: TypedLine, sent: Mapping[str, str]) -> None:
    """What speaks against the drug, and what else could be given."""
    if typed.reading is None or typed.reading.line.product is None:
        return
    item = Item.objects.get(pk=typed.reading.line.product.id)
    changing = sent.get("line") or None
    line_id = UUID(changing) if changing else None
    others = besides(others_of(visit), line_id)
    about = circumstances(visit.patient, [item])
    typed.cautions = cautions(item, others, about)
    if typed.stops:
        typed.offers = offers(about, [item], others).get(item.pk, [])


def cells_of(reading: Reading, before: Reading) -> list[dict[str, Any]]:
    """One a part: what was typed above what is understood, which can be changed by hand."""
    said = {part.name: part for part in reading.parts}
    now, was = values_of(reading.line), values_of(before.line)
    shown = [cell(name, said, now, was) for name in ("dose", "route", "frequency", "days")]
    if reading.line.product or reading.meant:
        shown.insert(0, cell("product", said, now, was) | {"meant": reading.meant})
    return shown


PARTS = {"product": "drug", "days": "duration"}
LABELS = {
    "product": "Medicine",
    "dose": "Dose",
    "route": "Route",
    "frequency": "How often",
    "days": "How long",
    "as_needed": "As needed",
    "quantity": "Quantity",
    "instruction": "Instruction",
}


def cell(
    name: str, said: Mapping[str, Any], now: Mapping[str, str], was: Mapping[str, str]
) -> dict[str, Any]:
    part = said.get(PARTS.get(name, name))
    typed = "assumed" if part and part.assumed and not part.typed else part.typed if part else ""
    return {
        "name": name,
        "label": LABELS[name],
        "typed": typed or "not said",
        "assumed": bool(part and part.assumed),
        "value": now[name],
        "was": was[name],
    }


def values_of(line: Line) -> dict[str, str]:
    """The line's parts as the fields hold them."""
    return {
        "product": line.product.id if line.product else "",
        "dose": line.dose_in_words,
        "route": line.route,
        "frequency": line.frequency,
        "days": line.days_in_words,
        "as_needed": "yes" if line.as_needed else "",
        "quantity": line.quantity_in_words,
        "instruction": line.instruction,
    }


def panel_of(user: User, visit: Visit, sent: Mapping[str, str]) -> dict[str, Any]:
    """All that the panel draws."""
    items = list(medicines.lines_of(visit.pk))
    mine = [one for one in items if is_draft(one) and one.prescription.prescriber_id == user.pk]
    starred = favourites.texts(user)
    lines = draft_lines(visit, mine, starred)
    typed = typed_line(visit, sent)
    return {
        "visit": visit,
        "patient": visit.patient,
        "lines": lines,
        "ready": sum(not one.open_stops for one in lines),
        "stopped": sum(bool(one.open_stops) for one in lines),
        "theirs": [one for one in items if is_draft(one) and one not in mine],
        "signed": signed_of(items),
        "typed": typed,
        "editing": {"line": sent.get("line", ""), "version": sent.get("version", "")},
        "favourites": starred,
        "last": medicines.last_prescribed(visit.patient_id, before=visit.pk),
        "key": uuid4(),
        "reasons": REASONS,
    }


def is_draft(item: PrescriptionItem) -> bool:
    return item.prescription.state == Prescription.State.DRAFT


def draft_lines(
    visit: Visit, items: list[PrescriptionItem], starred: Iterable[str]
) -> list[DraftLine]:
    """Drafts with what speaks against each, in a number of questions that does not grow."""
    if not items:
        return []
    about = circumstances_of(visit, items)
    checked = check(visit, items, about)
    shelves = medicines.shelves([one.item_id for one in items if one.item_id])
    lines = [_draft(one, checked[one.pk], shelves, starred) for one in items]
    stopped = [one.item.item for one in lines if one.open_stops and one.item.item]
    found = offers(about, stopped, besides(others_of(visit), None)) if stopped else {}
    for one in lines:
        one.offers = found.get(one.item.item_id, []) if one.open_stops and one.item.item_id else []
    return lines


def _draft(
    item: PrescriptionItem,
    found: list[Caution],
    shelves: Mapping[UUID, Shelf],
    starred: Iterable[str],
) -> DraftLine:
    line = line_of(item)
    return DraftLine(
        item=item,
        line=line,
        cautions=found,
        open_stops=unsettled(item, found),
        shelf=shelves.get(item.item_id) if item.item_id else None,
        is_favourite=in_full(line) in starred,
    )


def signed_of(items: list[PrescriptionItem]) -> list[tuple[Prescription, list[PrescriptionItem]]]:
    """The visit's prescriptions in force, each with its lines."""
    found: dict[UUID, tuple[Prescription, list[PrescriptionItem]]] = {}
    for item in items:
        if item.prescription.state in medicines.IN_FORCE:
            found.setdefault(item.prescription_id, (item.prescription, []))[1].append(item)
    return list(found.values())
