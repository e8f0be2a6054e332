"""Lines as rows: drafts of one person, how a line is written to its row and read from it."""

from decimal import Decimal
from typing import cast
from uuid import UUID

from django.utils import timezone

from core.accounts.models import User
from core.errors import ClinicError, Stale
from inventory.models import Item
from patients.domain.checking import check
from patients.domain.formulary import product_of
from patients.domain.lines.line import Line
from patients.domain.lines.numbers import number, plain
from patients.domain.lines.products import Product
from patients.domain.ongoing import VisitOver, open_visit
from patients.models import Prescription, PrescriptionItem, Visit

State = Prescription.State
LONGEST_REASON = 500


class NotWhole(ClinicError):
    """A line that does not say what to take."""


class LineMoved(Stale):
    """The line has been changed, signed or removed meanwhile."""


def draft_of(visit: Visit, by: User) -> Prescription:
    """This person's newest draft of the visit; its lock is the visit's."""
    mine = Prescription.objects.filter(visit=visit, prescriber=by, state=State.DRAFT)
    return mine.order_by("id").last() or new_draft(visit, by)


def new_draft(visit: Visit, by: User, replaces: Prescription | None = None) -> Prescription:
    return Prescription.objects.create(
        patient_id=visit.patient_id,
        visit=visit,
        prescriber=by,
        written_at=timezone.now(),
        replaces=replaces,
    )


def copied(old: Prescription, by: User, replaces: Prescription | None = None) -> Prescription:
    visit = open_visit(old.visit_id) if old.visit_id else None
    if visit is None:
        raise VisitOver("The prescription belongs to no visit; repeat it in one.")
    draft = new_draft(visit, by, replaces)
    copy_lines(list(old.items.select_related("item").order_by("created_at", "id")), draft)
    return draft


COPIED = [
    "item",
    "drug",
    "code",
    "code_system",
    "dose",
    "unit",
    "route",
    "frequency",
    "duration_days",
    "as_needed",
    "instruction",
    "quantity",
    "override_reason",
    "metadata",
]


def copy_lines(lines: list[PrescriptionItem], draft: Prescription) -> list[PrescriptionItem]:
    return [
        PrescriptionItem.objects.create(
            prescription=draft,
            patient_id=draft.patient_id,
            **{name: getattr(line, name) for name in COPIED},
        )
        for line in lines
    ]


def refuse_elsewhere(line_id: UUID, visit: Visit) -> None:
    """A line of another visit is none here, and sounds like one that is gone. Raises LineMoved."""
    if not PrescriptionItem.objects.filter(pk=line_id, prescription__visit=visit).exists():
        raise LineMoved("This line has been removed meanwhile.")


def own_draft(line_id: UUID, by: User, version: int | None = None) -> PrescriptionItem:
    """A line of this person's draft; its lock is the visit's. Raises LineMoved, VisitOver."""
    found = PrescriptionItem.objects.filter(pk=line_id).select_related("prescription")
    if (seen := found.first()) is None or seen.prescription.visit_id is None:
        raise LineMoved("This line has been removed meanwhile.")
    open_visit(seen.prescription.visit_id)
    if (item := found.first()) is None:
        raise LineMoved("This line has been removed meanwhile.")
    refuse_moved(item, by, version)
    return item


def refuse_moved(item: PrescriptionItem, by: User, version: int | None) -> None:
    if item.prescription.state != State.DRAFT:
        raise LineMoved("This line has been signed meanwhile; change the prescription instead.")
    if item.prescription.prescriber_id != by.pk:
        raise LineMoved("This is a colleague's draft; write a line of your own.")
    if version is not None and item.version != version:
        raise LineMoved("This line was changed in another window. Look at it again.")


def refuse_part(line: Line) -> None:
    if not line.is_complete:
        raise NotWhole("The line is not whole: drug, dose, how often and how much are needed.")


def settle(item: PrescriptionItem, reason: str) -> None:
    """Note the reason, and which stops it settles: those of now."""
    said = reason.strip()[:LONGEST_REASON]
    if not said:
        raise NotWhole("Say why it is prescribed in spite of the stop.")
    visit = item.prescription.visit
    if visit is None:
        return
    against = check(visit, [item])[item.pk]
    item.override_reason = said
    item.metadata = {**item.metadata, "settled": [one.key for one in against if one.is_stop]}


def write(item: PrescriptionItem, line: Line) -> None:
    """The line in the columns of its row."""
    refuse_part(line)
    product, dose = cast("Product", line.product), cast("Decimal", line.dose)
    known = Item.objects.get(pk=product.id)
    item.item, item.drug, item.code = known, product.label, known.sku
    upto = f" to {plain(line.dose_to)}" if line.dose_to is not None else ""
    item.dose, item.unit = f"{plain(dose)}{upto}", line.unit
    item.route, item.frequency = line.route, line.frequency
    item.duration_days, item.as_needed = line.days, line.as_needed
    item.instruction, item.quantity = line.instruction, line.quantity


def line_of(item: PrescriptionItem) -> Line:
    """The row as a line; imported ones may lack much."""
    least, _, most = item.dose.partition(" to ")
    return Line(
        product=product_of(item.item) if item.item else None,
        dose=_number(least),
        dose_to=_number(most),
        unit=item.unit,
        route=item.route,
        frequency=item.frequency,
        as_needed=item.as_needed,
        days=item.duration_days,
        quantity=item.quantity,
        instruction=item.instruction,
    )


def _number(text: str) -> Decimal | None:
    try:
        return number(text) if text else None
    except ArithmeticError:
        return None
