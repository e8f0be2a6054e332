"""Handing out a prescription: all of it, a part, something equal, or not and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale
from core.shell.words import clinic_time, dose
from inventory.domain import stock
from inventory.models import Item
from patients.domain import stops
from patients.models import Dispense, Prescription, PrescriptionItem, Room, Visit
from patients.policies import require
from patients.queries import dispensing as queries
from patients.signals import dispensed

State, Outcome = Prescription.State, Dispense.Outcome
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Give:
    """So much of a line, from the lots that expire first or from those of `lots`.

    With `item` something equal is given instead, `why`; `covers` is how much of what was ordered it
    stands for.
    """

    line: UUID
    quantity: Decimal
    lots: Mapping[UUID, Decimal] | None = None
    item: UUID | None = None
    why: str = ""
    covers: Decimal | None = None


@dataclass(frozen=True)
class NotGiven:
    """What is left of a line will not be given."""

    line: UUID
    reason: str


@dataclass(frozen=True)
class Owe:
    """Nothing of the line today; the patient comes back for it."""

    line: UUID
    reason: str = ""


Decision = Give | NotGiven | Owe


class Held(NamedTuple):
    """A locked prescription, the visit that counts now, and the lines with what was done so far.

    Everything that is done in one act is done `at` the same moment.
    """

    prescription: Prescription
    visit: Visit | None
    lines: list[PrescriptionItem]
    at: datetime


class DispensedMeanwhile(Stale):
    """A colleague was quicker; the sentence says who, and when."""


class NotToDispense(ClinicError):
    """A prescription in this state is not handed out."""


class NothingDecided(ClinicError):
    """Nothing would happen."""


class Unfit(ClinicError):
    """This cannot be done with this line."""


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
            done += _decide(known.get(one.line), one, held, by)
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


def _decide(
    line: PrescriptionItem | None, decision: Decision, held: Held, by: User
) -> list[Dispense]:
    if line is None:
        raise Unfit("This line is not of this prescription.")
    if queries.is_settled(line):
        raise Unfit("Nothing more is to be given of this line.")
    if isinstance(decision, Give):
        return _give(line, decision, held, by)
    if isinstance(decision, NotGiven) and not decision.reason.strip():
        raise Unfit("Say why it is not given.")
    outcome = Outcome.NOT_GIVEN if isinstance(decision, NotGiven) else Outcome.OWED
    rest = queries.remaining(line) or Decimal(1)
    return [_note(line, held, by, outcome=outcome, quantity=rest, reason=decision.reason.strip())]


def _give(line: PrescriptionItem, give: Give, held: Held, by: User) -> list[Dispense]:
    item = _item_of(line, give)
    covers = give.quantity if give.covers is None else give.covers
    _refuse_odd(line, give.quantity, covers)
    reference = f"Prescription line {line.pk}"
    parts = stock.take(item, give.quantity, chosen=give.lots, reference=reference, by=by)
    line.dispensed_quantity += covers
    line.save(update_fields=["dispensed_quantity"])
    shares = _shares(covers, [part.quantity for part in parts])
    return [
        _note(
            line,
            held,
            by,
            item=item,
            lot=part.lot,
            move=part.move,
            quantity=part.quantity,
            covers=share,
            substituted=give.why.strip() if item.pk != line.item_id else "",
        )
        for part, share in zip(parts, shares, strict=True)
    ]


def _item_of(line: PrescriptionItem, give: Give) -> Item:
    """What is handed out. Something else than ordered needs a reason and must be the same drug."""
    if give.item is None or give.item == line.item_id:
        if line.item is None:
            raise Unfit("Choose what is given: the prescription names nothing of the formulary.")
        return line.item
    other = Item.objects.get(pk=give.item)
    if not give.why.strip():
        raise Unfit(f"Say why {other} is given instead.")
    if line.item is not None and not is_equal(line.item, other):
        raise Unfit(f"{other} is another drug than {line.item}; only the prescriber changes that.")
    return other


def is_equal(ordered: Item, other: Item) -> bool:
    """The same substance, whatever its brand or strength."""
    return bool(ordered.atc_code) and ordered.atc_code == other.atc_code


def _refuse_odd(line: PrescriptionItem, quantity: Decimal, covers: Decimal) -> None:
    if quantity <= 0 or covers <= 0:
        raise Unfit("Give at least something, or say why not.")
    if quantity != quantity.quantize(CENT):
        raise Unfit("A quantity has at most two decimals.")
    rest = queries.remaining(line)
    if rest is not None and covers > rest:
        raise Unfit(f"Only {dose(rest)} of {dose(line.quantity)} are still to be given.")


def _shares(covers: Decimal, quantities: list[Decimal]) -> list[Decimal]:
    """`covers` divided as the quantities are; together exactly `covers`."""
    total = sum(quantities, Decimal(0))
    shares = [(covers * one / total).quantize(CENT) for one in quantities[:-1]]
    return [*shares, covers - sum(shares, Decimal(0))]


def _note(line: PrescriptionItem, held: Held, by: User, **fields: Any) -> Dispense:
    """The row that says what was done."""
    values = {"covers": fields["quantity"], **fields}
    return Dispense.objects.create(
        prescription_item=line,
        patient_id=line.patient_id,
        visit=held.visit,
        by=by,
        dispensed_at=held.at,
        **values,
    )


def _send_on(held: Held, by: User) -> None:
    """From the pharmacy to wherever the patient goes next."""
    lines = queries.lines_of(held.prescription.pk)
    decided = all(queries.is_decided(line) or queries.is_settled(line) for line in lines)
    if decided and held.visit is not None:
        stops.send_on(held.visit.pk, after=Room.Kind.PHARMACY, by=by)
