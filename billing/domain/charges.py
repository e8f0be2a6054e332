"""Charges: each source of one is charged once, by whatever door it comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.domain.pricing import price_of
from billing.errors import ChangedMeanwhile, NotNow
from billing.models import Charge, Service
from billing.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.clock import today
from core.errors import ClinicError
from inventory.models import Item
from patients.models import Patient, Visit

State = Charge.State
MANUAL = "manual"


class WrongCharge(ClinicError):
    """This cannot be charged like that."""


@dataclass(frozen=True)
class Due:
    """Something that is to be charged; without a price it waits for the cash desk to settle it."""

    source_type: str
    source_id: UUID
    patient_id: UUID
    visit_id: UUID | None
    description: str
    price: Decimal | None
    quantity: Decimal = Decimal(1)
    service: Service | None = None
    item: Item | None = None


def charge_once(dues: Iterable[Due]) -> list[Charge]:
    """Charge what was not charged yet; what was void is open again. Nobody is asked: care is
    charged by what was done, whoever did it.
    """
    return [_charge(due) for due in dues]


def _charge(due: Due) -> Charge:
    sources = Charge.objects.filter(source_type=due.source_type, source_id=due.source_id)
    known = sources.select_for_update(no_key=True).first()
    if known is None:
        return Charge.objects.create(**_fields(due))
    if known.state == State.VOID:
        known.state = State.OPEN
        known.save(update_fields=["state"])
    return known


def _fields(due: Due) -> dict[str, object]:
    return {
        "source_type": due.source_type,
        "source_id": due.source_id,
        "patient_id": due.patient_id,
        "visit_id": due.visit_id,
        "description": due.description[:300],
        "quantity": due.quantity,
        "unit_price": due.price or Decimal(0),
        "unpriced": due.price is None,
        "service": due.service,
        "item": due.item,
    }


def void_source(source_type: str, source_id: UUID) -> None:
    """What was not done after all costs nothing, unless it is on an invoice already."""
    sources = Charge.objects.filter(source_type=source_type, source_id=source_id, state=State.OPEN)
    for charge in sources.select_for_update(no_key=True):
        charge.state = State.VOID
        charge.save(update_fields=["state"])


def add(
    patient: Patient, service: Service, *, quantity: Decimal = Decimal(1), key: UUID, by: User
) -> Charge:
    """Charge a service by hand, once for each `key`, to the visit that is open if there is one.

    Raises WrongCharge or NotAllowed.
    """
    require(by, "billing.add_charges")
    if not 0 < quantity <= 1000 or quantity != quantity.quantize(Decimal("0.01")):
        raise WrongCharge("Say how many: more than nothing, at most 1000, with two decimals.")
    if not service.active:
        raise WrongCharge(f"{service} is not on the price list any more.")
    visit = patient.visits.exclude(state__in=Visit.ENDED).first()
    price = price_of(service, today())
    due = Due(
        MANUAL,
        key,
        patient.pk,
        visit.pk if visit else None,
        service.name,
        price,
        quantity,
        service,
    )
    with acting(user_id=by.pk), transaction.atomic():
        charge = _charge(due)
    if (charge.service_id, charge.quantity) != (service.pk, quantity):
        raise WrongCharge(f"This form has added {charge} already. Open it again.")
    return charge


def set_price(charge_id: UUID, price: Decimal, *, by: User) -> Charge:
    """Settle what has no price: nothing is a price too. Raises NotNow, WrongCharge, NotAllowed."""
    require(by, "billing.add_charges")
    if not 0 <= price <= 10_000_000 or price != price.quantize(Decimal("0.01")):
        raise WrongCharge("The price is an amount with two decimals, 0.00 or more.")
    with acting(user_id=by.pk), transaction.atomic():
        charge = Charge.objects.select_for_update(no_key=True).get(pk=charge_id)
        if charge.state != State.OPEN or not charge.unpriced:
            raise NotNow(f"{charge} has its price already.")
        charge.unit_price, charge.unpriced = price, False
        charge.save(update_fields=["unit_price", "unpriced"])
    return charge


def remove(charge_id: UUID, *, by: User) -> Charge:
    """Take back what was charged by hand. Raises NotNow or NotAllowed."""
    return _turn(charge_id, State.OPEN, State.VOID, by=by)


def restore(charge_id: UUID, *, by: User) -> Charge:
    """Charge again what was just taken back."""
    return _turn(charge_id, State.VOID, State.OPEN, by=by)


def _turn(charge_id: UUID, before: str, after: str, *, by: User) -> Charge:
    require(by, "billing.add_charges")
    with acting(user_id=by.pk), transaction.atomic():
        charge = Charge.objects.select_for_update(no_key=True).get(pk=charge_id)
        if charge.source_type != MANUAL:
            raise NotNow(f"{charge} was charged by what was done; give a discount instead.")
        if charge.state != before:
            raise ChangedMeanwhile(f"{charge} is {charge.get_state_display().lower()} already.")
        charge.state = after
        charge.save(update_fields=["state"])
    return charge
