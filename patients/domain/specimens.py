"""Taking samples, receiving them in the laboratory, and asking for a new one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.counters.domain import next_number
from core.errors import ClinicError
from patients.domain import queue, stops
from patients.domain.tickets import active_ticket
from patients.models import LabRequest, Room, Specimen, Ticket, Visit
from patients.policies import require

State = LabRequest.State
NOT_NAMED = "Sample"
SHORTEST = 11
"""Digits of a number: six of the day, four or more of the count, one to check them."""
WAITS = (Ticket.State.WAITING, Ticket.State.SKIPPED)
UNDONE = (State.COLLECTED, State.RECEIVED, State.IN_PROGRESS, State.RESULTED)


class NothingToCollect(ClinicError):
    """No test of this patient waits for a sample any more."""

    def __init__(self) -> None:
        super().__init__("Nothing waits to be collected any more: a colleague was quicker.")


class NotRejectable(ClinicError):
    """The sample is not one that can be rejected now."""


def collect(patient_id: UUID, *, only: Collection[UUID] | None = None, by: User) -> list[Specimen]:
    """Take samples for the patient's waiting tests: one for each kind, numbered, to be labelled.

    With `only`, for those tests alone. The patient's ticket goes on to the next stop. Samples taken by
    somebody of the laboratory are in it already. Raises NothingToCollect and NotAllowed.
    """
    require(by, "lab.collect")
    with acting(user_id=by.pk, action="collect"), transaction.atomic():
        _lock_visits(patient_id)
        waiting = LabRequest.objects.filter(patient=patient_id, state=State.REQUESTED)
        if only is not None:
            waiting = waiting.filter(pk__in=only)
        requests = list(
            waiting.select_related("test").select_for_update(of=("self",)).order_by("pk")
        )
        if not requests:
            raise NothingToCollect
        taken = [_take(kind, group, by) for kind, group in _by_kind(requests).items()]
        for visit_id in _visits(requests):
            stops.send_on(visit_id, after=Room.Kind.LABORATORY, by=by)
    return taken


def receive(specimen_id: UUID, *, by: User) -> Specimen:
    """The sample has come to the laboratory. A second time changes nothing."""
    require(by, "lab.result")
    with acting(user_id=by.pk, action="receive"), transaction.atomic():
        specimen = Specimen.objects.select_for_update(no_key=True).get(pk=specimen_id)
        if specimen.state == Specimen.State.COLLECTED:
            _receive(specimen, by)
            specimen.save(update_fields=["state", "received_at", "received_by"])
            for request in specimen.requests.filter(state=State.COLLECTED).select_for_update():
                request.state = State.RECEIVED
                request.save(update_fields=["state"])
    return specimen


def reject(specimen_id: UUID, *, reason: str, by: User) -> Specimen:
    """The sample cannot be used: its tests wait for a new one, and what was entered is forgotten.

    Raises NotRejectable without a reason, a second time, and once a result of it is verified.
    """
    require(by, "lab.collect")
    if not (reason := reason.strip()[:200]):
        raise NotRejectable("Say why the sample cannot be used.")
    with acting(user_id=by.pk, action="reject", reason=reason), transaction.atomic():
        _lock_visits(Specimen.objects.values_list("patient_id", flat=True).get(pk=specimen_id))
        specimen = Specimen.objects.select_for_update(no_key=True).get(pk=specimen_id)
        requests = list(specimen.requests.select_for_update(no_key=True).order_by("pk"))
        _refuse(specimen, requests)
        specimen.state, specimen.reject_reason = Specimen.State.REJECTED, reason
        specimen.rejected_at = timezone.now()
        specimen.save(update_fields=["state", "reject_reason", "rejected_at"])
        for request in requests:
            _ask_again(request)
        for visit_id in _visits(requests):
            _back_to_the_laboratory(visit_id, by)
    return specimen


def accession_number() -> str:
    """`261124-0007-4`: the day, a number of that day without gaps, and a check digit."""
    day = f"{timezone.localdate():%y%m%d}"
    number = f"{day}-{next_number(f'accession-{day}'):04d}"
    return f"{number}-{check_digit(number)}"


def check_digit(number: str) -> int:
    """Luhn's, over the digits: one wrong digit, or two neighbours swapped, are noticed."""
    digits = [int(letter) for letter in reversed(number) if letter.isdigit()]
    doubled = [digit * 2 if place % 2 == 0 else digit for place, digit in enumerate(digits)]
    return -sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10


def _by_kind(requests: Iterable[LabRequest]) -> dict[str, list[LabRequest]]:
    groups: dict[str, list[LabRequest]] = defaultdict(list)
    for request in requests:
        groups[(request.test and request.test.specimen) or NOT_NAMED].append(request)
    return groups


def _take(kind: str, requests: list[LabRequest], by: User) -> Specimen:
    specimen = Specimen(
        patient_id=requests[0].patient_id,
        kind=kind,
        accession=accession_number(),
        collected_at=timezone.now(),
        collected_by=by,
    )
    is_there = by.has_perm("lab.result")
    if is_there:
        _receive(specimen, by)
    specimen.save(force_insert=True)
    for request in requests:
        request.state = State.RECEIVED if is_there else State.COLLECTED
        request.specimen = specimen
        request.save(update_fields=["state", "specimen"])
    return specimen


def _receive(specimen: Specimen, by: User) -> None:
    specimen.state = Specimen.State.RECEIVED
    specimen.received_at, specimen.received_by = timezone.now(), by


def _refuse(specimen: Specimen, requests: Iterable[LabRequest]) -> None:
    if specimen.state == Specimen.State.REJECTED:
        raise NotRejectable(f"{specimen.accession} is rejected already.")
    if any(one.state not in UNDONE for one in requests):
        raise NotRejectable("Results of this sample are verified. Amend them instead.")


def _ask_again(request: LabRequest) -> None:
    request.state, request.specimen = State.REQUESTED, None
    request.entered, request.untold, request.flag_summary = {}, [], ""
    request.result_document, request.resulted_by, request.resulted_at = "", None, None
    fields = ["entered", "untold", "flag_summary", "result_document", "resulted_by", "resulted_at"]
    request.save(update_fields=["state", "specimen", *fields])


def _lock_visits(patient_id: UUID) -> None:
    """Before anything else, as whoever moves a ticket does, so that nobody waits in a circle."""
    ongoing = Visit.objects.filter(patient=patient_id).exclude(state__in=Visit.ENDED)
    list(ongoing.select_for_update(no_key=True).order_by("pk"))


def _visits(requests: Iterable[LabRequest]) -> set[UUID]:
    return {one.visit_id for one in requests if one.visit_id}


def _back_to_the_laboratory(visit_id: UUID, by: User) -> None:
    """Whoever waits elsewhere waits here first; somebody who is with staff is left in peace."""
    ticket = active_ticket(visit_id)
    if ticket is not None and ticket.state in WAITS and ticket.service != Room.Kind.LABORATORY:
        queue.transfer(ticket.pk, service=Room.Kind.LABORATORY, by=by)


def accession_in(scanned: str) -> str:
    """The number that a scanner or a person typed, with or without its dashes; "" for anything else,
    a number whose check digit disagrees included."""
    digits = "".join(letter for letter in scanned if letter.isdigit())
    is_number = not set(scanned) - set("0123456789- ") and len(digits) >= SHORTEST
    if not is_number or check_digit(digits[:-1]) != int(digits[-1]):
        return ""
    return f"{digits[:6]}-{digits[6:-1]}-{digits[-1]}"
