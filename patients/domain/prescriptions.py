"""Writing prescriptions: lines are drafts until they are signed, together and for good."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale
from inventory.models import Item
from patients.domain.checking import check, unsettled
from patients.domain.formulary import product_of
from patients.domain.lines.line import Line
from patients.domain.lines.numbers import number, plain
from patients.domain.lines.products import Product
from patients.models import Prescription, PrescriptionItem, Visit
from patients.policies import require
from patients.queries import medicines

WRITE = "prescriptions.write"
State = Prescription.State
LONGEST_REASON = 500


class NotWhole(ClinicError):
    """A line that does not say what to take."""


class VisitOver(ClinicError):
    """Nothing more is ordered in a visit that has ended."""


class NothingToSign(ClinicError):
    """No line is ready."""


class LineMoved(Stale):
    """The line has been changed, signed or removed meanwhile."""


class GivenOut(ClinicError):
    """Some of it has been handed out, so it is not taken back."""


@dataclass
class Signed:
    """What signing did: the prescriptions in force, and the lines that a stop held back."""

    prescriptions: list[Prescription] = field(default_factory=list)
    lines: list[PrescriptionItem] = field(default_factory=list)
    held: list[PrescriptionItem] = field(default_factory=list)


def draft_line(visit_id: UUID, line: Line, *, reason: str = "", by: User) -> PrescriptionItem:
    """Add a line to this person's draft. With a `reason` what stops it now is settled.

    Raises NotWhole, VisitOver, NotAllowed, Visit.DoesNotExist.
    """
    require(by, WRITE)
    refuse_part(line)
    with acting(user_id=by.pk), transaction.atomic():
        visit = open_visit(visit_id)
        draft = draft_of(visit, by)
        item = PrescriptionItem(prescription=draft, patient_id=visit.patient_id)
        write(item, line)
        if reason:
            settle(item, reason)
        item.save()
    return item


def change_line(
    line_id: UUID, line: Line, *, version: int, reason: str = "", by: User
) -> PrescriptionItem:
    """Replace a draft line. Raises LineMoved if it is no longer the one that was read."""
    require(by, WRITE)
    refuse_part(line)
    with acting(user_id=by.pk), transaction.atomic():
        item = own_draft(line_id, by, version)
        if line.product and str(item.item_id) != line.product.id:
            item.override_reason, item.metadata = "", {}
        write(item, line)
        if reason:
            settle(item, reason)
        item.save()
    return item


def override(line_id: UUID, reason: str, *, by: User) -> PrescriptionItem:
    """Go on in spite of what stops the line; the reason stays with it."""
    require(by, WRITE)
    with acting(user_id=by.pk, reason=reason[:LONGEST_REASON]), transaction.atomic():
        item = own_draft(line_id, by)
        settle(item, reason)
        item.save(update_fields=["override_reason", "metadata"])
    return item


def remove_line(line_id: UUID, *, by: User) -> PrescriptionItem:
    """Take a draft line off; the last one takes the draft with it."""
    require(by, WRITE)
    with acting(user_id=by.pk), transaction.atomic():
        item = own_draft(line_id, by)
        draft = item.prescription
        PrescriptionItem.objects.filter(pk=item.pk).delete()
        if not draft.items.exists() and draft.replaces_id is None:
            Prescription.objects.filter(pk=draft.pk).delete()
    return item


def sign(visit_id: UUID, *, by: User) -> Signed:
    """Put this person's draft lines of the visit in force. Lines with an open stop stay drafts.

    Everything is checked again as it is now. Raises NothingToSign, VisitOver, NotAllowed.
    """
    require(by, WRITE)
    with acting(user_id=by.pk, action="sign"), transaction.atomic():
        visit = open_visit(visit_id)
        signed = Signed()
        drafts = Prescription.objects.filter(visit=visit, prescriber=by, state=State.DRAFT)
        for draft in drafts.select_for_update(of=("self",), no_key=True).order_by("id"):
            sign_draft(draft, visit, signed, by)
        if not signed.lines:
            raise NothingToSign(why_nothing(signed))
    return signed


def sign_draft(draft: Prescription, visit: Visit, signed: Signed, by: User) -> None:
    lines = list(draft.items.select_related("item").order_by("created_at", "id"))
    checked = check(visit, lines)
    held = [line for line in lines if unsettled(line, checked[line.pk])]
    ready = [line for line in lines if line not in held]
    signed.held += held
    if not ready:
        return
    if held:
        hold_back(held, visit, by)
    draft.state, draft.signed_at = State.SIGNED, timezone.now()
    draft.written_at = draft.signed_at
    draft.save(update_fields=["state", "signed_at", "written_at"])
    if draft.replaces_id:
        take_back(draft.replaces_id)
    signed.prescriptions.append(draft)
    signed.lines += ready


def hold_back(held: list[PrescriptionItem], visit: Visit, by: User) -> None:
    """Into a draft of their own, while the others are signed."""
    apart = new_draft(visit, by)
    for line in held:
        line.prescription = apart
        line.save(update_fields=["prescription"])


def cancel(prescription_id: UUID, *, by: User) -> Prescription:
    """Take a signed prescription back. Raises GivenOut once anything was handed out."""
    require(by, WRITE)
    with acting(user_id=by.pk, action="cancel"), transaction.atomic():
        return take_back(prescription_id)


def unsign(prescription_id: UUID, *, by: User) -> Prescription:
    """Undo signing: the prescription is cancelled and its lines are drafts again."""
    require(by, WRITE)
    with acting(user_id=by.pk), transaction.atomic():
        old = cancel(prescription_id, by=by)
        return copied(old, by)


def replace(prescription_id: UUID, *, by: User) -> Prescription:
    """A draft with the same lines; signing it cancels the old one, which is in force until then."""
    require(by, WRITE)
    with acting(user_id=by.pk), transaction.atomic():
        old = locked(prescription_id)
        refuse_given_out(old)
        known = Prescription.objects.filter(replaces=old, state=State.DRAFT, prescriber=by).first()
        return known or copied(old, by, replaces=old)


def repeat_last(visit_id: UUID, *, line_id: UUID | None = None, by: User) -> list[PrescriptionItem]:
    """Draft what was prescribed last before this visit again: all of it, or one line."""
    require(by, WRITE)
    with acting(user_id=by.pk), transaction.atomic():
        visit = open_visit(visit_id)
        last = medicines.last_prescribed(visit.patient_id, before=visit.pk)
        wanted = [line for line in last if line_id in (None, line.pk)]
        if not wanted:
            raise NotWhole("Nothing was prescribed before that could be repeated.")
        return copy_lines(wanted, draft_of(visit, by))


def open_visit(visit_id: UUID) -> Visit:
    """The visit, locked: prescribers of the same visit follow one another."""
    visits = Visit.objects.select_for_update(of=("self",), no_key=True).select_related("patient")
    visit = visits.get(pk=visit_id)
    if not visit.is_open:
        raise VisitOver("This visit is over; start a new one to order something.")
    return visit


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


def locked(prescription_id: UUID) -> Prescription:
    return Prescription.objects.select_for_update(of=("self",), no_key=True).get(pk=prescription_id)


def take_back(prescription_id: UUID) -> Prescription:
    old = locked(prescription_id)
    if old.state == State.CANCELLED:
        return old
    refuse_given_out(old)
    old.state = State.CANCELLED
    old.save(update_fields=["state"])
    return old


def refuse_given_out(old: Prescription) -> None:
    if old.state not in (State.DRAFT, State.SIGNED) or not medicines.is_untouched(old):
        raise GivenOut("Medicines of it have been handed out already; ask the pharmacy.")


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


def why_nothing(signed: Signed) -> str:
    if signed.held:
        return f"{signed.held[0].drug} is stopped: settle or remove it."
    return "There is no line to prescribe."


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
