"""Handing out a prescription, all that was decided of its lines at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale
from core.shell.words import clinic_time
from inventory.domain import stock
from patients.domain import stops
from patients.domain.giving import Decision, Give, Held, NotGiven, decide
from patients.models import Dispense, Prescription, PrescriptionItem, Room, Visit
from patients.policies import require
from patients.queries import dispensing as queries
from patients.signals import dispensed

State, Outcome = Prescription.State, Dispense.Outcome


class DispensedMeanwhile(Stale):
    """A colleague was quicker; the sentence says who, and when."""


class NotToDispense(ClinicError):
    """A prescription in this state is not handed out."""


class NothingDecided(ClinicError):
    """Nothing would happen."""


class LinesRefused(ClinicError):
    """Some lines cannot be handed out like that; why, by line. Nothing was taken for any."""

    def __init__(self, refusals: Mapping[UUID, ClinicError]) -> None:
        super().__init__(" ".join(map(str, refusals.values())))
        self.refusals = dict(refusals)


def dispense(
    prescription_id: UUID,
    decisions: Sequence[Decision],
    *,
    version: int | None = None,
    by: User,
) -> list[Dispense]:
    """Do all that was decided, or nothing; the patient goes on once every line is decided.

    `version` is the revision the decisions were made from. Raises DispensedMeanwhile, LinesRefused
    (short of stock among the reasons), NotToDispense, NothingDecided or NotAllowed.
    """
    require(by, "prescriptions.dispense")
    if not decisions:
        raise NothingDecided("Nothing is to be given yet.")
    with acting(user_id=by.pk), transaction.atomic():
        held = locked(prescription_id)
        refuse_changed(held, version)
        done = _carry_out(held, decisions, by)
        settle(held.prescription)
        if given := [one for one in done if one.outcome == Outcome.GIVEN]:
            dispensed.send(None, dispenses=given, by=by)
        _send_on(held, by)
    return done


def not_given(line_id: UUID, reason: str, *, by: User) -> Dispense:
    """What is left of one line will not be given. Raises as `dispense` does."""
    prescription_id = PrescriptionItem.objects.values_list("prescription_id", flat=True).get(
        pk=line_id
    )
    return dispense(prescription_id, [NotGiven(line_id, reason)], by=by)[0]


def locked(prescription_id: UUID) -> Held:
    """Locks a prescription. The visit is locked first, by everybody."""
    prescription = Prescription.objects.get(pk=prescription_id)
    visit = queries.visit_of(prescription)
    if visit is not None:
        Visit.objects.select_for_update(no_key=True).get(pk=visit.pk)
    prescription = Prescription.objects.select_for_update(no_key=True).get(pk=prescription_id)
    return Held(prescription, visit, queries.lines_of(prescription_id), timezone.now())


def refuse_changed(held: Held, version: int | None) -> None:
    prescription = held.prescription
    is_other = version is not None and version != queries.revision(prescription, held.lines)
    if is_other or prescription.state == State.DISPENSED:
        raise DispensedMeanwhile(who_did_it(prescription))
    if prescription.state not in queries.TO_DISPENSE:
        state = prescription.get_state_display().lower()
        raise NotToDispense(f"This prescription is {state}; nothing of it is handed out.")


def who_did_it(prescription: Prescription) -> str:
    """`Lena Schäfer dispensed it at 10:29. It is dispensed.`"""
    last = queries.last_dispense(prescription.pk)
    if last is None:
        return "This prescription has changed. Look at it again."
    did = "changed" if not last.stands else "dispensed"
    state = prescription.get_state_display().lower()
    at = clinic_time(last.updated_at)
    return f"{last.by.display_name} {did} this prescription at {at}. It is {state}."


def settle(prescription: Prescription) -> None:
    """The state that its lines say."""
    state = queries.state_of(queries.lines_of(prescription.pk))
    if state != prescription.state:
        prescription.state = state
        prescription.save(update_fields=["state"])


def _carry_out(held: Held, decisions: Sequence[Decision], by: User) -> list[Dispense]:
    known = {line.pk: line for line in held.lines}
    stock.hold(_items(known, decisions))
    done: list[Dispense] = []
    refusals: dict[UUID, ClinicError] = {}
    for one in decisions:
        try:
            done += decide(known.get(one.line), one, held, by)
        except ClinicError as error:
            refusals[one.line] = error
    if refusals:
        raise LinesRefused(refusals)
    return done


def _items(known: Mapping[UUID, PrescriptionItem], decisions: Sequence[Decision]) -> set[UUID]:
    """Of what stock will be taken."""
    gives = [one for one in decisions if isinstance(one, Give)]
    ordered = {known[one.line].item_id for one in gives if one.line in known}
    return {pk for pk in ordered | {one.item for one in gives} if pk}


def _send_on(held: Held, by: User) -> None:
    """From the pharmacy to wherever the patient goes next."""
    lines = queries.lines_of(held.prescription.pk)
    decided = all(queries.is_decided(line) or queries.is_settled(line) for line in lines)
    if decided and held.visit is not None:
        stops.send_on(held.visit.pk, after=Room.Kind.PHARMACY, by=by)
