"""Which service is charged for what was done, and what it costs that day."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from billing.models import Price, Service, ServiceRule
from core.clock import today
from patients.models import LabRequest, LabTest, Visit

Event = ServiceRule.Event
NOT_TAKEN_PLACE = (Visit.State.CANCELLED, Visit.State.ENTERED_IN_ERROR)


def service_for_visit(event: str, visit: Visit) -> Service | None:
    """The service that a rule names for this visit; None where no rule does."""
    rules = [rule for rule in _rules(event) if rule.visit_kind in ("", visit.kind)]
    asks_for_first = any(rule.first_visit is not None for rule in rules)
    is_first = asks_for_first and is_first_visit(visit)
    fitting = (rule for rule in rules if rule.first_visit in (None, is_first))
    return next((rule.service for rule in fitting), None)


def is_first_visit(visit: Visit) -> bool:
    earlier = Visit.objects.filter(patient=visit.patient_id, opened_at__lt=visit.opened_at)
    return not earlier.exclude(state__in=NOT_TAKEN_PLACE).exists()


def services_for_tests(requests: Collection[LabRequest]) -> list[Service | None]:
    """One a request, in their order."""
    rules = _rules(Event.TEST)
    return [_service_for_test(rules, codes_of(request)) for request in requests]


def test_prices(tests: Collection[LabTest]) -> dict[str, Decimal]:
    """What each test will be charged at today, by our code, in two questions."""
    rules = _rules(Event.TEST)
    services = [_service_for_test(rules, {test.code, test.loinc} - {""}) for test in tests]
    prices = prices_of(services, today())
    listed = zip(tests, prices, strict=True)
    return {test.code: price for test, price in listed if price is not None}


def codes_of(request: LabRequest) -> set[str]:
    """What a rule may call the test: our code or LOINC's."""
    own = {request.test.code, request.test.loinc} if request.test else set()
    return {code for code in own | {request.code} if code}


def _service_for_test(rules: list[ServiceRule], codes: set[str]) -> Service | None:
    return next((r.service for r in rules if not r.test or r.test in codes), None)


def _rules(event: str) -> list[ServiceRule]:
    rules = ServiceRule.objects.filter(event=event, active=True, service__active=True)
    return list(rules.select_related("service").order_by("rank", "key"))


def price_of(service: Service | None, on: date) -> Decimal | None:
    """What the service costs that day; None where the price list says nothing."""
    return prices_of([service], on)[0]


def prices_of(services: Collection[Service | None], on: date) -> list[Decimal | None]:
    """One a service, in one question."""
    wanted = {service.pk for service in services if service}
    listed = Price.objects.filter(service__in=wanted, valid__contains=on) if wanted else []
    known = {price.service_id: price.amount for price in listed}
    return [known.get(service.pk) if service else None for service in services]
