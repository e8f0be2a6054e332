"""What a patient takes, and what has run out."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from core.clock import today
from patients.models import Prescription, PrescriptionItem

IN_FORCE = (
    Prescription.State.SIGNED,
    Prescription.State.PARTIALLY_DISPENSED,
    Prescription.State.DISPENSED,
)
LOOKED_BACK = timedelta(days=400)
RAN_OUT_SHOWN = timedelta(days=60)
NOT_SAID_DAYS = 90
MOST = 12


@dataclass(frozen=True)
class Medicine:
    """The last prescription of a drug; `ran_out_on` is in the past where it is over."""

    item: PrescriptionItem
    ran_out_on: date | None


def medicines_of(patient_id: UUID) -> list[Medicine]:
    """Taken now, or run out within two months; each drug once, as it was last prescribed."""
    found = (_medicine(item) for item in _last_of_each(patient_id))
    return [one for one in found if one is not None][:MOST]


def _last_of_each(patient_id: UUID) -> QuerySet[PrescriptionItem]:
    written = PrescriptionItem.objects.filter(
        patient=patient_id,
        prescription__state__in=IN_FORCE,
        prescription__written_at__gt=timezone.now() - LOOKED_BACK,
    )
    newest_first = written.select_related("prescription").order_by(
        "drug", "-prescription__written_at"
    )
    return newest_first.distinct("drug")


def _medicine(item: PrescriptionItem) -> Medicine | None:
    """None for what is over since long."""
    days = item.duration_days or NOT_SAID_DAYS
    over_on = timezone.localdate(item.prescription.written_at) + timedelta(days=days)
    if over_on > today():
        return Medicine(item, None)
    # Where nobody said for how long, nobody knows that it ran out.
    if item.duration_days is None or over_on < today() - RAN_OUT_SHOWN:
        return None
    return Medicine(item, over_on)
