"""Writing prescriptions: lines are drafts until they are signed, together and for good."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain.checking import check, unsettled
from patients.domain.drafted import (
    LONGEST_REASON,
    LineMoved,
    NotWhole,
    copied,
    copy_lines,
    draft_of,
    line_of,
    new_draft,
    own_draft,
    refuse_part,
    settle,
    write,
)
from patients.domain.lines.line import Line
from patients.domain.ongoing import VisitOver, open_visit
from patients.models import Prescription, PrescriptionItem, Visit
from patients.policies import require
from patients.queries import medicines

__all__ = [
    "GivenOut",
    "LineMoved",
    "NotWhole",
    "NothingToSign",
    "VisitOver",
    "cancel",
    "change_line",
    "draft_line",
    "line_of",
    "override",
    "remove_line",
    "repeat_last",
    "replace",
    "sign",
    "unsign",
]
WRITE = "prescriptions.write"
State = Prescription.State


class NothingToSign(ClinicError):
    """No line is ready."""


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


def why_nothing(signed: Signed) -> str:
    if signed.held:
        return f"{signed.held[0].drug} is stopped: settle or remove it."
    return "There is no line to prescribe."
