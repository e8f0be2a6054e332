"""Results at the bench: save, tell, verify, send back, amend."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.views.decorators.http import require_POST

from clinical_docs.domain import amending, calls, results
from clinical_docs.domain.sheets import NotSaved, Typed
from clinical_docs.views.lab import DRAFT, changed_in, patient_of, work_answer
from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.editing.keys import once
from core.editing.versions import unsealed
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.models import LabRequest, Patient


class NotWhole(ClinicError):
    """The form came without its key."""

    def __init__(self) -> None:
        super().__init__("The form was not whole when it was sent. Look it over and send it again.")


Done = Callable[[], str]
VALUE, SEEN = "v-", "seen-"
ID_LENGTH = 36


@require_POST
@access("lab.result")
def save(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Everything typed for this patient; what is not whole stays preliminary."""
    patient = patient_of(request, patient_id)
    typed = typed_in(request.POST)

    def work() -> str:
        kept = results.enter(typed, by=request.user)
        drafts.discard(DRAFT, str(patient.pk), by=request.user)
        whole = [one for one in kept if one.state == LabRequest.State.RESULTED]
        return _saved_in_words(kept, whole)

    return _answer(request, patient, work, action="save results")


@require_POST
@access("lab.verify")
def verify(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Release what is complete, as it was looked at."""
    patient = patient_of(request, patient_id)
    seen = _seen_in(request.POST)
    if changed_in(request.POST.dict()):
        say = "Values were changed after saving. Save them and look once more."
        return work_answer(request, patient, typed=request.POST.dict(), said=say, status=422)

    def work() -> str:
        return _named(results.verify(seen, by=request.user), "verified")

    return _answer(request, patient, work, action="verify results")


@require_POST
@access("lab.result")
def told(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Keep the call about critical values."""
    patient = patient_of(request, patient_id)

    def work() -> str:
        calls.record(
            [one for text in request.POST.getlist("request") if (one := _id(str(text)))],
            told_to=request.POST.get("told_to", ""),
            how=request.POST.get("how", ""),
            told_at=_moment(request.POST.get("told_at", "")),
            read_back="read_back" in request.POST,
            by=request.user,
        )
        return "The call is recorded."

    return _answer(request, patient, work, action="tell")


@require_POST
@access("lab.verify")
def send_back(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """To be worked on again."""
    order = get_object_or_404(LabRequest, pk=request_id)
    patient = patient_of(request, order.patient_id)

    def work() -> str:
        results.send_back(order.pk, by=request.user)
        return f"{order.name} sent back to be entered."

    return _answer(request, patient, work, action="send back")


@require_POST
@access("lab.verify")
def amend(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """A verified result put right; the old values stay beside the new ones."""
    order = get_object_or_404(LabRequest, pk=request_id)
    patient = patient_of(request, order.patient_id)
    typed = next(iter(typed_in(request.POST)), Typed(order.pk, {}))

    def work() -> str:
        reason = request.POST.get("reason", "")
        amending.amend(typed, reason=reason, by=request.user)
        return f"{order.name} amended."

    return _answer(request, patient, work, action="amend", amending=str(order.pk))


def typed_in(sent: QueryDict) -> list[Typed]:
    """The values of a form, order by order."""
    before, sure = unsealed(sent.get("base", "")), set(sent.getlist("sure"))
    orders: dict[UUID, dict[str, str]] = {}
    for name, text in sent.dict().items():
        place = name.removeprefix(VALUE)
        if name.startswith(VALUE) and (order := _id(place[:ID_LENGTH])):
            orders.setdefault(order, {})[place[ID_LENGTH + 1 :]] = str(text)
    return [_typed(order, values, before, sure) for order, values in orders.items()]


def _typed(
    request_id: UUID, values: dict[str, str], before: dict[str, str], sure: set[Any]
) -> Typed:
    name = f"{VALUE}{request_id}-"
    first = {key: before.get(f"{name}{key}", "") for key in values}
    return Typed(request_id, values, first, frozenset(k for k in values if f"{name}{k}" in sure))


def _seen_in(sent: QueryDict) -> dict[UUID, str]:
    """For each order the document that was on the page."""
    named = {_id(n.removeprefix(SEEN)): str(v) for n, v in sent.dict().items() if SEEN in n}
    return {order: document for order, document in named.items() if order}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _answer(
    request: StaffRequest, patient: Patient, work: Done, *, action: str, **more: Any
) -> HttpResponse:
    """The work after the act, which one key does once; or as it was sent, with the reason."""
    try:
        said = _once(request, work, action)
    except NotSaved as refused:
        typed = request.POST.dict()
        return work_answer(request, patient, typed=typed, refused=refused, status=422, **more)
    except ClinicError as error:
        typed = request.POST.dict()
        return work_answer(request, patient, typed=typed, said=str(error), status=422, **more)
    return toast(work_answer(request, patient, amending=""), said)


def _once(request: StaffRequest, work: Done, action: str) -> str:
    key = _id(request.POST.get("key", ""))
    if key is None:
        raise NotWhole
    names = sorted(name for name in request.POST if name != "csrfmiddlewaretoken")
    content = {name: request.POST.getlist(name) for name in names}
    answer = once(key, lambda: {"said": work()}, action=action, content=content, by=request.user)
    return str(answer["said"])


def _saved_in_words(kept: list[LabRequest], whole: list[LabRequest]) -> str:
    if not kept:
        return "Nothing was changed."
    if len(whole) == len(kept):
        return _named(kept, "saved, to be verified")
    return _named(kept, "saved as far as entered")


def _named(requests: list[LabRequest], what: str) -> str:
    """`Complete blood count verified.`"""
    names = ", ".join(one.name for one in requests)
    return f"{names} {what}."


def _moment(text: str) -> datetime:
    """The time of day, today; now where there is none."""
    at = parse_time(text) if text else None
    now = timezone.localtime()
    return now.replace(hour=at.hour, minute=at.minute) if at else now
