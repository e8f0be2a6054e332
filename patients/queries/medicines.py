"""The formulary, the shelf, and what a patient takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from core.clock import today
from inventory.models import DrugName, Item
from patients.models import Prescription, PrescriptionItem

IN_FORCE = (
    Prescription.State.SIGNED,
    Prescription.State.PARTIALLY_DISPENSED,
    Prescription.State.DISPENSED,
)
WITHOUT_END_DAYS = 90
"""A line that names no duration counts as taken for so long, as on the record."""


@dataclass(frozen=True)
class Shelf:
    """What is there of an item; lots that have expired do not count."""

    on_hand: Decimal
    nearest_expiry: date | None
    price: Decimal


def drugs() -> QuerySet[Item]:
    """What can be prescribed."""
    return Item.objects.filter(kind=Item.Kind.DRUG, active=True)


def formulary_stamp() -> tuple[Any, ...]:
    """Another one whenever an item or a name of the formulary has changed."""
    newest = {"count": Count("pk"), "newest": Max("updated_at")}
    items, names = drugs().aggregate(**newest), DrugName.objects.aggregate(**newest)
    return (*items.values(), *names.values())


def shelves(item_ids: Iterable[UUID]) -> dict[UUID, Shelf]:
    """Stock on hand, nearest expiry and price of these items, in one question."""
    good = Q(lots__expires_on__gt=today(), lots__quantity__gt=0)
    rows = (
        Item.objects.filter(pk__in=list(item_ids))
        .annotate(on_hand=Sum("lots__quantity", filter=good))
        .annotate(nearest=Min("lots__expires_on", filter=good))
        .values_list("pk", "on_hand", "nearest", "price")
    )
    return {
        pk: Shelf(on_hand or Decimal(0), nearest, price) for pk, on_hand, nearest, price in rows
    }


def lines_of(visit_id: UUID) -> QuerySet[PrescriptionItem]:
    """Every line of the visit with what is asked of it, in the order in which it was written."""
    lines = PrescriptionItem.objects.filter(prescription__visit=visit_id)
    return lines.select_related("prescription__prescriber", "item").order_by("created_at", "id")


def taken_now(patient_id: UUID) -> list[PrescriptionItem]:
    """Lines in force that have not run out."""
    lines = PrescriptionItem.objects.filter(patient=patient_id, prescription__state__in=IN_FORCE)
    recent = lines.filter(prescription__written_at__gte=_longest_ago())
    found = recent.select_related("prescription", "item").order_by("prescription__written_at")
    return [line for line in found if ends_on(line) >= today()]


def ends_on(line: PrescriptionItem) -> date:
    """The day by which the line has been taken."""
    days = line.duration_days if line.duration_days is not None else WITHOUT_END_DAYS
    return line.prescription.written_at.date() + timedelta(days=days)


def last_prescribed(patient_id: UUID, *, before: UUID) -> list[PrescriptionItem]:
    """The lines of the newest prescription in force that is not of the visit `before`."""
    lines = PrescriptionItem.objects.filter(
        patient=patient_id, prescription__state__in=IN_FORCE, item__isnull=False
    )
    other = lines.exclude(prescription__visit=before).select_related("prescription", "item")
    newest = other.order_by("-prescription__written_at", "-prescription_id").first()
    if newest is None:
        return []
    return list(other.filter(prescription=newest.prescription_id).order_by("created_at", "id"))


def _longest_ago() -> datetime:
    return timezone.now() - timedelta(days=400)


def is_untouched(prescription: Prescription) -> bool:
    """Whether nothing of it has been handed out."""
    return not prescription.items.filter(dispensed_quantity__gt=0).exists()
