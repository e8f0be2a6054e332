"""What is done to prescription lines; every answer is the panel as it is then."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.editing.keys import Answer, once
from core.errors import ClinicError
from core.shell.toasts import toast
from inventory.models import DrugAlternative
from patients.domain import favourites, prescriptions
from patients.domain.drafted import refuse_elsewhere
from patients.domain.formulary import formulary
from patients.domain.lines.line import Line
from patients.domain.lines.line import render as in_full
from patients.domain.lines.reading import read as understand
from patients.models import PrescriptionItem, Visit
from patients.queries.visits import visit_or_404
from patients.views.prescribing import DRAFT, as_id, panel
from patients.views.prescription_lines import TypedLine, reading_of, typed_line

REMOVED = "removed-line"
Sent = Mapping[str, str]


class Unclear(ClinicError):
    """What was typed is not understood yet."""


@require_POST
@access("prescriptions.write")
def add(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Add the typed line to the draft, or put it in the place of the line being changed."""
    visit = visit_or_404(request.user, visit_id)
    return _answer(request, visit, lambda: _write(request, visit), "add line")


@require_POST
@access("prescriptions.write")
def sign(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Prescribe every line that is ready, the typed one included."""
    visit = visit_or_404(request.user, visit_id)
    return _answer(request, visit, lambda: _sign(request, visit), "sign")


@require_POST
@access("prescriptions.write")
def remove(request: StaffRequest, visit_id: UUID, line_id: UUID) -> HttpResponse:
    """Take a draft line off; it can be had back."""
    visit = visit_or_404(request.user, visit_id)

    def work() -> Answer:
        refuse_elsewhere(line_id, visit)
        item = prescriptions.remove_line(line_id, by=request.user)
        text = in_full(prescriptions.line_of(item))
        kept = {"text": text, "reason": item.override_reason}
        drafts.save(REMOVED, str(line_id), kept, by=request.user)
        undo = reverse("patients:restore_line", args=[visit.pk, line_id])
        return {"said": f"{item.drug} removed.", "undo": undo}

    return _answer(request, visit, work)


@require_POST
@access("prescriptions.write")
def restore(request: StaffRequest, visit_id: UUID, line_id: UUID) -> HttpResponse:
    """Have a removed line back."""
    visit = visit_or_404(request.user, visit_id)

    def work() -> Answer:
        kept = drafts.find(REMOVED, str(line_id), by=request.user)
        if kept is None:
            return {}
        line = understand(kept.fields["text"], formulary()).line
        reason = kept.fields.get("reason", "")
        prescriptions.draft_line(visit.pk, line, reason=reason, by=request.user)
        drafts.discard(REMOVED, str(line_id), by=request.user)
        return {"said": "The line is back."}

    return _answer(request, visit, work)


@require_POST
@access("prescriptions.write")
def settle(request: StaffRequest, visit_id: UUID, line_id: UUID) -> HttpResponse:
    """Go on in spite of a stop, with the reason."""
    visit = visit_or_404(request.user, visit_id)

    def work() -> Answer:
        refuse_elsewhere(line_id, visit)
        prescriptions.override(line_id, reason_of(request.POST), by=request.user)
        return {"said": "Reason noted; the line can be prescribed."}

    return _answer(request, visit, work)


@require_POST
@access("prescriptions.write")
def star(request: StaffRequest, visit_id: UUID, line_id: UUID) -> HttpResponse:
    """Put a line among one's favourites, or take it out."""
    visit = visit_or_404(request.user, visit_id)
    lines = PrescriptionItem.objects.select_related("item")
    item = get_object_or_404(lines, pk=line_id, prescription__visit=visit)

    def work() -> Answer:
        kept = favourites.star(prescriptions.line_of(item), by=request.user)
        return {"said": "Kept as a favourite." if kept else "No favourite any more."}

    return _answer(request, visit, work)


@require_POST
@access("prescriptions.write")
def repeat(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Draft what was prescribed last, or one line of it."""
    visit = visit_or_404(request.user, visit_id)

    def work() -> Answer:
        one = as_id(request.POST.get("last", ""))
        lines = prescriptions.repeat_last(visit.pk, line_id=one, by=request.user)
        return {"said": f"{counted(len(lines), 'line')} drafted again."}

    return _answer(request, visit, work, "repeat")


@require_POST
@access("prescriptions.write")
def undo(request: StaffRequest, visit_id: UUID, prescription_id: UUID) -> HttpResponse:
    """Take signing back: the lines are drafts again."""
    visit = visit_or_404(request.user, visit_id)
    get_object_or_404(visit.prescription_set, pk=prescription_id)

    def work() -> Answer:
        prescriptions.unsign(prescription_id, by=request.user)
        return {"said": "Not prescribed: the lines are drafts again."}

    return _answer(request, visit, work)


@require_POST
@access("prescriptions.write")
def cancel(request: StaffRequest, visit_id: UUID, prescription_id: UUID) -> HttpResponse:
    """Take a signed prescription back for good."""
    visit = visit_or_404(request.user, visit_id)
    get_object_or_404(visit.prescription_set, pk=prescription_id)

    def work() -> Answer:
        prescriptions.cancel(prescription_id, by=request.user)
        return {"said": "Prescription cancelled."}

    return _answer(request, visit, work)


@require_POST
@access("prescriptions.write")
def replace(request: StaffRequest, visit_id: UUID, prescription_id: UUID) -> HttpResponse:
    """Draft a signed prescription anew; signing it replaces the old one."""
    visit = visit_or_404(request.user, visit_id)
    get_object_or_404(visit.prescription_set, pk=prescription_id)

    def work() -> Answer:
        prescriptions.replace(prescription_id, by=request.user)
        return {
            "said": "Change the lines and prescribe them; the old prescription stays until then."
        }

    return _answer(request, visit, work)


def _answer(
    request: StaffRequest, visit: Visit, work: Callable[[], Answer], action: str = ""
) -> HttpResponse:
    """The panel after `work`, or with what is wrong and everything typed still there."""
    try:
        done = _once(request, visit, work, action) if action else work()
    except ClinicError as error:
        return panel(request, visit, sent=request.POST, error=str(error), status=422)
    response = panel(request, visit, sent=done.get("sent") or {})
    # What the toast of an undo asked for is answered to nobody: the page fetches it.
    trigger_client_event(response, f"live:patient:{visit.patient_id}")
    return toast(response, done["said"], undo=done.get("undo", "")) if "said" in done else response


def _once(request: StaffRequest, visit: Visit, work: Callable[[], Answer], action: str) -> Answer:
    key = as_id(request.POST.get("key", ""))
    if key is None:
        raise Unclear("The form was not whole when it was sent. Send it again.")
    content = {"visit": str(visit.pk), **_content(request.POST)}
    return once(key, work, action=f"prescribing: {action}", content=content, by=request.user)


def _content(sent: Sent) -> dict[str, str]:
    return {
        name: value for name, value in sent.items() if name not in ("key", "csrfmiddlewaretoken")
    }


def _write(request: StaffRequest, visit: Visit) -> Answer:
    line, reason = _line(visit, request.POST), reason_of(request.POST)
    changing = as_id(request.POST.get("line", ""))
    if changing:
        seen = request.POST.get("version", "")
        version = int(seen) if seen.isdecimal() else 0
        refuse_elsewhere(changing, visit)
        prescriptions.change_line(changing, line, version=version, reason=reason, by=request.user)
    else:
        prescriptions.draft_line(visit.pk, line, reason=reason, by=request.user)
    drafts.discard(DRAFT, str(visit.pk), by=request.user)
    return {}


def _line(visit: Visit, sent: Sent) -> Line:
    """The alternative that was chosen, else what was typed. Raises Unclear."""
    instead = as_id(sent.get("instead", ""))
    if instead:
        rule = DrugAlternative.objects.filter(pk=instead).first()
        if rule is None:
            raise Unclear("That alternative is no longer offered. Choose another one.")
        reading = understand(rule.line, formulary())
    else:
        reading = reading_of(visit, sent)
    if not reading.is_complete:
        raise Unclear(reading.questions[0] if reading.questions else "The line is not whole yet.")
    return reading.line


def _sign(request: StaffRequest, visit: Visit) -> Answer:
    """The typed line goes along if it is whole and nothing stops it; else it stays in the box."""
    typed, rest = typed_line(visit, request.POST), dict(_content(request.POST))
    if typed.is_ready and not request.POST.get("line"):
        prescriptions.draft_line(visit.pk, _whole(typed), by=request.user)
        drafts.discard(DRAFT, str(visit.pk), by=request.user)
        rest = {}
    signed = prescriptions.sign(visit.pk, by=request.user)
    newest = signed.prescriptions[-1]
    return {
        "said": f"Prescribed {counted(len(signed.lines), 'line')}.",
        "undo": reverse("patients:undo_prescription", args=[visit.pk, newest.pk]),
        "sent": rest,
    }


def _whole(typed: TypedLine) -> Line:
    if typed.reading is None:
        raise Unclear("The line is not whole yet.")
    return typed.reading.line


def reason_of(sent: Sent) -> str:
    """The reason chosen, or the one in own words."""
    chosen = sent.get("reason", "")
    return (sent.get("other", "") if chosen == "other" else chosen).strip()


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' if number != 1 else ''}"
