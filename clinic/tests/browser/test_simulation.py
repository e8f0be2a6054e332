"""The scripted staff at a running clinic."""

import time

from clinic.simulation.day import at_work

SECONDS = 25


def test_a_simulated_staff_meets_nothing_that_does_not_work(clinic):
    with at_work(clinic.url, speed=600, tell=lambda _: None) as journal:
        time.sleep(SECONDS)

    assert journal.faults == []
    assert {"queued", "took vital signs", "finished a consultation"} <= set(journal.done)
