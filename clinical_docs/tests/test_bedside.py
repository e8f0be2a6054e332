"""What prescribing hears of the bedside: weight and pregnancy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clinical_docs.domain import vitals
from clinical_docs.queries import bedside
from core.accounts.roles import Role
from patients.queries.facts import facts
from patients.tests.people import patient

pytestmark = pytest.mark.django_db


def test_the_weight_of_today_is_known_at_once(person):
    child = patient("Child, One")
    vitals.record(child.pk, values={"weight": Decimal("14.2")}, by=person(Role.NURSE))

    assert facts.weight_today(child.pk) == Decimal("14.2")


def test_a_weight_of_another_day_is_none(person, monkeypatch):
    child = patient("Child, One")
    vitals.record(child.pk, values={"weight": Decimal("14.2")}, by=person(Role.NURSE))
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(bedside, "today", lambda: tomorrow)

    assert facts.weight_today(child.pk) is None


def test_nobody_weighed_has_no_weight():
    assert facts.weight_today(patient("Child, One").pk) is None


@pytest.mark.parametrize(("said", "known"), [("yes", True), ("no", False), ("unsure", None)])
def test_what_was_said_of_pregnancy_is_known(said, known, person):
    grace = patient("Okoro, Grace", born="1990-03-02")
    vitals.record(grace.pk, values={"pulse": Decimal(70), "pregnancy": said}, by=person(Role.NURSE))

    assert facts.pregnant(grace.pk) is known


def test_a_no_of_yesterday_is_asked_again(person, monkeypatch):
    grace = patient("Okoro, Grace", born="1990-03-02")
    vitals.record(grace.pk, values={"pulse": Decimal(70), "pregnancy": "no"}, by=person(Role.NURSE))
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(bedside, "today", lambda: tomorrow)

    assert facts.pregnant(grace.pk) is None
