"""The scripted staff at a running clinic of their own: they leave no queue to the other tests."""

import time

import pytest

from clinic.simulation.day import at_work
from clinic.tests.browser.serving import serving

LONGEST_SECONDS = 60
DONE = {"queued", "took vital signs", "finished a consultation"}


@pytest.fixture
def busy_clinic(worker_id, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), serving(f"{worker_id}_day") as served:
        yield served


def test_a_simulated_staff_meets_nothing_that_does_not_work(busy_clinic):
    with at_work(busy_clinic.url, speed=600, tell=lambda _: None) as journal:
        until = time.monotonic() + LONGEST_SECONDS
        while not set(journal.done) >= DONE and time.monotonic() < until:
            time.sleep(0.2)

    assert journal.faults == []
    assert set(journal.done) >= DONE
