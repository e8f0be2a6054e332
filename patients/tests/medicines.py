"""Shelves and prescriptions for tests, in few words."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.accounts.models import User
from core.clock import today
from inventory.models import Item, Lot, StockLocation, StockMove
from patients.models import Patient, Prescription, PrescriptionItem, Visit
from patients.tests.people import patient

AMOXICILLIN = {"name": "Amoxicillin", "strength": "500 mg", "unit": "capsule"}


def item(sku: str = "AMOX500", **fields: Any) -> Item:
    """A drug of the formulary."""
    usual = {**AMOXICILLIN, "form": "capsule", "route": "oral", "atc_code": "J01CA04"}
    return Item.objects.create(sku=sku, **{**usual, "price": "0.12", **fields})


def lot(of: Item, quantity: int, *, number: str = "A1", days: int = 365, **fields: Any) -> Lot:
    """So much that expires in so many days; nothing is delivered for 0."""
    if "location" not in fields:
        fields["location"], _ = StockLocation.objects.get_or_create(name="Pharmacy shelf")
    expires_on = today() + timedelta(days=days)
    made = Lot.objects.create(item=of, lot_number=number, expires_on=expires_on, **fields)
    if quantity:
        StockMove.objects.create(lot=made, quantity=quantity, kind=StockMove.Kind.RECEIVE)
        made.refresh_from_db()
    return made


def prescription(
    *ordered: tuple[Item | None, int | None],
    of: Patient | None = None,
    visit: Visit | None = None,
    by: User | None = None,
    **fields: Any,
) -> Prescription:
    """Signed: so much of each item."""
    whose = of or (visit.patient if visit else patient())
    now = timezone.now()
    made = Prescription.objects.create(
        patient=whose, visit=visit, prescriber=by, written_at=now, state="draft"
    )
    for what, quantity in ordered:
        line: dict[str, Any] = {"drug": str(what or "Something"), "dose": "1", "unit": "capsule"}
        line |= {"route": "oral", "frequency": "three times a day", "duration_days": 7, **fields}
        PrescriptionItem.objects.create(
            prescription=made, patient=whose, item=what, quantity=quantity, **line
        )
    made.state, made.signed_at = Prescription.State.SIGNED, now
    made.save(update_fields=["state", "signed_at"])
    made.refresh_from_db()
    return made
