"""What was done charges itself: told by patients.signals, inside the transaction of the act."""

from collections.abc import Sequence
from decimal import Decimal

from billing.domain import returns
from billing.domain.charges import Due, charge_once, void_source
from billing.domain.pricing import (
    Event,
    price_of,
    prices_of,
    service_for_visit,
    services_for_tests,
)
from billing.models import Service
from core.accounts.models import User
from core.clock import today
from inventory.models import Item
from patients.models import Dispense, LabRequest, Visit

ARRIVAL, CONSULTATION, TEST, MEDICINE = "arrival", "visit", "lab_request", "dispense"
NO_RULE = "Consultation"
NOT_CONSULTED = (Visit.State.REGISTERED, Visit.State.TRIAGED, Visit.State.IN_CONSULTATION)


def visit_started(visit: Visit, by: User) -> None:
    """A fee for coming, where a rule names one."""
    service = service_for_visit(Event.STARTED, visit)
    if service:
        charge_once([_of_visit(ARRIVAL, visit, service)])


def consulted(visit: Visit, by: User) -> None:
    """The consultation, once a visit."""
    charge_once([_of_visit(CONSULTATION, visit, service_for_visit(Event.CONSULTED, visit))])


def _of_visit(source_type: str, visit: Visit, service: Service | None) -> Due:
    return Due(
        source_type,
        visit.pk,
        visit.patient_id,
        visit.pk,
        service.name if service else NO_RULE,
        price_of(service, today()),
        service=service,
    )


def move_undone(visit: Visit, by: User) -> None:
    """A consultation that goes on after all is charged when it ends."""
    if visit.state in NOT_CONSULTED:
        void_source(CONSULTATION, visit.pk)


def visit_closed(visit: Visit, by: User) -> None:
    """A visit that did not take place costs nothing."""
    if visit.state == Visit.State.CANCELLED:
        void_source(ARRIVAL, visit.pk)


def tests_ordered(requests: Sequence[LabRequest], by: User) -> None:
    services = services_for_tests(requests)
    prices = prices_of(services, today())
    charge_once(
        _of_test(request, service, price)
        for request, service, price in zip(requests, services, prices, strict=True)
    )


def _of_test(request: LabRequest, service: Service | None, price: Decimal | None) -> Due:
    """Under the name that the test was ordered by: "Other laboratory test" tells nobody anything."""
    return Due(
        TEST,
        request.pk,
        request.patient_id,
        request.visit_id,
        request.name,
        price,
        service=service,
    )


def test_cancelled(request: LabRequest, by: User) -> None:
    void_source(TEST, request.pk)


def dispensed(dispenses: Sequence[Dispense], by: User) -> None:
    """What the pharmacy gave, by the price of one unit; an item that costs nothing has no price."""
    charge_once(_of_medicine(one, one.item) for one in dispenses if one.item)


def _of_medicine(one: Dispense, item: Item) -> Due:
    return Due(
        MEDICINE,
        one.pk,
        one.patient_id,
        one.visit_id,
        str(item),
        item.price or None,
        one.quantity,
        item=item,
    )


def returned(dispense: Dispense, quantity: Decimal, by: User) -> None:
    returns.take_back(MEDICINE, dispense.pk, quantity, by=by)
