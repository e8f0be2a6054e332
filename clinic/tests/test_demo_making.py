"""Making the demo clinic again, after a crash, on another day, or where it has no business."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.models import Invoice, Payment
from clinic.demo import patients as history
from clinic.demo import steps
from clinic.models import DemoStep
from clinic.tests.conftest import make
from core.accounts.models import User
from core.clock import today
from core.importing.engine import Engine
from core.outbox.models import OutboxRow
from inventory.models import Lot, StockMove
from patients.models import LabRequest, Patient, Prescription, Visit

COUNTED = (Patient, Visit, LabRequest, Prescription, Invoice, Payment, Lot, StockMove, User)


def counts() -> dict[str, int]:
    documents = OutboxRow.objects.filter(kind="document").count()
    return {"documents": documents, **{m.__name__: m.objects.count() for m in COUNTED}}


def open_visits():
    return Visit.objects.exclude(state__in=Visit.ENDED)


def test_a_second_time_nothing_is_added(small_demo):
    make()
    before = counts()

    again = make()

    assert counts() == before
    assert [name for name, facts in again.items() if facts["is_new"]] == []


def test_broken_off_in_the_middle_it_goes_on_where_it_was(small_demo, monkeypatch):
    taken = Engine.take_batch
    batches = []

    def power_cut(self, batch):
        batches.append(batch)
        if len(batches) == 4:
            raise SystemExit
        taken(self, batch)

    with monkeypatch.context() as cut:
        cut.setattr(Engine, "take_batch", power_cut)
        with pytest.raises(SystemExit):
            make()
    assert DemoStep.objects.filter(name="stock").exists()
    assert not DemoStep.objects.filter(name="first patients").exists()
    make()
    resumed = counts()

    DemoStep.objects.filter(name__in=("first patients", "patients")).delete()
    make()
    assert counts() == resumed
    assert resumed["Patient"] == 20


def test_the_history_keeps_the_day_of_the_first_attempt(small_demo):
    begun = history.begun_on()

    with time_machine.travel(begun + timedelta(days=30)):
        assert history.begun_on() == begun


def test_a_step_that_fails_leaves_nothing(small_demo, monkeypatch):
    monkeypatch.setattr(steps, "fill_shelves", lambda: Lot.objects.get())

    with pytest.raises(Lot.DoesNotExist):
        make()

    assert set(DemoStep.objects.values_list("name", flat=True)) == {"accounts", "tables"}


def test_on_another_day_those_left_over_go_home_and_others_come(small_demo):
    make()
    leftover = set(open_visits().values_list("pk", flat=True))

    with time_machine.travel(today() + timedelta(days=1, hours=12)):
        facts = make()

        assert facts[f"day {today()}"]["ended"] == len(leftover) > 0
        assert not open_visits().filter(pk__in=leftover).exists()
        assert open_visits().filter(opened_at__date=today()).exists()


def test_a_clinic_that_is_no_demo_gets_no_demo(small_demo, monkeypatch):
    monkeypatch.setattr(settings, "CLINIC_DEMO", False)

    with pytest.raises(CommandError, match="CLINIC_DEMO=0"):
        call_command("make_demo")

    assert User.objects.count() == 0


def test_made_up_patients_are_not_put_among_real_ones(small_demo):
    Patient.objects.create(family_name="Real", sex="female")

    with pytest.raises(CommandError, match="patients already"):
        call_command("make_demo")

    assert User.objects.count() == 0
