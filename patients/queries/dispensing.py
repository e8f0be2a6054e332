"""What is still to be given of a prescription, and what waits for the pharmacy."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from core.clock import today
from patients.models import Dispense, Prescription, PrescriptionItem, Visit

State = Prescription.State
TO_DISPENSE = (State.SIGNED, State.PARTIALLY_DISPENSED)
OWED_FOR = timedelta(days=180)
"""What nobody has fetched for so long is not waited for any more."""
NOTHING = Decimal(0)


def lines_of(prescription_id: UUID) -> list[PrescriptionItem]:
    """The lines with what was done with each, as `dispenses`."""
    lines = PrescriptionItem.objects.filter(prescription=prescription_id)
    return list(with_dispenses(lines.select_related("item", "prescription").order_by("pk")))


def with_dispenses(lines: QuerySet[PrescriptionItem]) -> QuerySet[PrescriptionItem]:
    done = Dispense.objects.select_related("item", "lot", "by").order_by("pk")
    return lines.prefetch_related(Prefetch("dispenses", done))


def declined(line: PrescriptionItem) -> Decimal:
    """How much of it will not be given."""
    told = (one for one in line.dispenses.all() if one.outcome == Dispense.Outcome.NOT_GIVEN)
    return sum((one.quantity - one.returned_quantity for one in told), NOTHING)


def remaining(line: PrescriptionItem) -> Decimal | None:
    """How much is still to be given; None where nobody said how much in all."""
    if line.quantity is None:
        done = (one.outcome != Dispense.Outcome.OWED for one in line.dispenses.all() if one.stands)
        return NOTHING if any(done) else None
    return max(line.quantity - line.dispensed_quantity - declined(line), NOTHING)


def is_decided(line: PrescriptionItem) -> bool:
    """Whether the pharmacy has given it, said that it will not, or owes it."""
    return any(one.stands for one in line.dispenses.all())


def is_settled(line: PrescriptionItem) -> bool:
    return remaining(line) == NOTHING


def state_of(lines: list[PrescriptionItem]) -> Prescription.State:
    """What the lines make of a signed prescription."""
    if all(is_settled(line) for line in lines):
        return State.DISPENSED
    return State.PARTIALLY_DISPENSED if any(map(is_decided, lines)) else State.SIGNED


def revision(prescription: Prescription, lines: list[PrescriptionItem]) -> int:
    """Higher after everything that happens to a prescription: what a form was made from."""
    return prescription.version + sum(one.version for line in lines for one in line.dispenses.all())


def visit_of(prescription: Prescription) -> Visit | None:
    """The visit that what is given now belongs to: the open one, since what is owed is fetched later."""
    of_patient = Visit.objects.filter(patient=prescription.patient_id)
    present = of_patient.exclude(state__in=Visit.ENDED).first()
    return present or prescription.visit


def last_dispense(prescription_id: UUID) -> Dispense | None:
    done = Dispense.objects.filter(prescription_item__prescription=prescription_id)
    return done.select_related("by").order_by("-pk").first()


def same_act(one: Dispense) -> list[Dispense]:
    """Everything that was done with the prescription at the same moment, which is one act."""
    of_it = Dispense.objects.filter(
        prescription_item__prescription=one.prescription_item.prescription_id,
        dispensed_at=one.dispensed_at,
    )
    return list(of_it.select_related("item", "lot", "by", "prescription_item").order_by("pk"))


def given_of(prescription: Prescription, act: UUID | None = None) -> list[Dispense]:
    """What was given and has not come back, all of it or what was given with `act`."""
    given = Dispense.objects.filter(
        prescription_item__prescription=prescription.pk, outcome=Dispense.Outcome.GIVEN
    )
    if act is not None:
        given = given.filter(dispensed_at__in=given.filter(pk=act).values("dispensed_at"))
    rows = given.select_related("item", "lot", "prescription_item__item").order_by("pk")
    return [one for one in rows if one.stands]


def waiting() -> QuerySet[Prescription]:
    """Signed in a visit that is still open and nothing given of it, whoever waits longest first."""
    here = Visit.objects.exclude(state__in=Visit.ENDED)
    return Prescription.objects.filter(state=State.SIGNED, visit__in=here).order_by("signed_at")


def in_part() -> QuerySet[Prescription]:
    """Something is still owed, the newest first."""
    since = timezone.now() - OWED_FOR
    begun = Prescription.objects.filter(state=State.PARTIALLY_DISPENSED, written_at__gte=since)
    return begun.order_by("-written_at")


def done_on(day: date | None = None) -> QuerySet[Prescription]:
    """All settled, with something done on the day, by default today; the last first."""
    touched = Dispense.objects.filter(dispensed_at__date=day or today())
    ids = touched.values("prescription_item__prescription")
    return Prescription.objects.filter(state=State.DISPENSED, pk__in=ids).order_by("-updated_at")


def owed_before(prescription: Prescription) -> QuerySet[Prescription]:
    """Other prescriptions of the patient of which something is owed."""
    return in_part().filter(patient=prescription.patient_id).exclude(pk=prescription.pk)


def waits_since(prescription: Prescription) -> datetime:
    """Since it was signed."""
    return prescription.signed_at or prescription.written_at
