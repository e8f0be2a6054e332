"""What a test will cost is known before it is ordered."""

from decimal import Decimal

import pytest

from billing.models import ServiceRule
from billing.tests.desk import service
from patients.models import LabTest
from patients.queries.facts import facts

pytestmark = pytest.mark.django_db


def test_the_order_form_shows_what_will_be_charged(django_assert_num_queries):
    crp = LabTest.objects.create(code="CRP", name="C-reactive protein", loinc="1988-5")
    cbc = LabTest.objects.create(code="CBC", name="Complete blood count")
    for key, test, price in (("one", "1988-5", "12.00"), ("two", "CBC", "18.00")):
        ServiceRule.objects.create(
            key=key, event="test", test=test, service=service(key, key, price)
        )

    with django_assert_num_queries(2):
        assert facts.test_prices([crp, cbc]) == {"CRP": Decimal("12.00"), "CBC": Decimal("18.00")}


def test_what_no_rule_names_has_no_price():
    assert facts.test_prices([LabTest.objects.create(code="CRP", name="CRP")]) == {}
