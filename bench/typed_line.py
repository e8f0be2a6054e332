"""What a line typed in one go costs the server: milliseconds, and how many floors that is.

    python -m bench.typed_line [--times 200]

The whole formulary, its rules, and a patient with allergies, a problem and medicines being taken. The
floor is an answer of the same server to the same person that reads one small fragment: routing, the
session, who is signed in. Each line is what has been typed up to a key, as the page sends it.
"""

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable
from functools import partial

from bench.scratch import scratch  # isort: skip  (sets Django up)

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.figures import percentiles
from clinic.demo.stock import fill_shelves
from clinic.reference.loading import load_small
from core.accounts.models import User
from core.accounts.roles import Role
from inventory.models import Item
from patients.domain import allergies
from patients.models import Patient, Problem, Visit
from patients.tests.medicines import prescription

LINES = {
    "half typed": "amox 500",
    "whole": "amlo 5 od 30/7",
    "stopped by an allergy": "amox 500 tds 5/7",
    "several products": "met 500",
    "misspelt": "parcetamol 1g tds 5/7",
    "not known": "xyzzy 1 bd",
}
GOAL_MS = 50


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    times = parser.parse_args().times
    logging.disable(logging.INFO)
    with scratch("typed_line"):
        client, visit = desk()
        floor = measured(lambda: client.get(reverse("live:viewers")), times)
        print(json.dumps({"request": "floor", **percentiles(floor)}))
        address = reverse("patients:read_line", args=[visit.pk])
        asked = {
            name: partial(client.post, address, {"text": text}) for name, text in LINES.items()
        }
        good = [report(name, measured(ask, times), floor) for name, ask in asked.items()]
    return 0 if all(good) else 1


def desk() -> tuple[Client, Visit]:
    """A clinician's browser at the visit of somebody with allergies and medicines."""
    list(load_small())
    fill_shelves()
    amina = User.objects.create_user("amina", roles=[Role.CLINICIAN])
    grace = Patient.objects.create(
        family_name="Okoro", given_names="Grace", sex="female", birth_date="1988-03-02"
    )
    for substance in ("Penicillin", "Latex", "Peanut"):
        allergies.add(grace.pk, substance=substance, by=amina)
    Problem.objects.create(patient=grace, title="Hypertension", code="I10", code_system="icd-10-cm")
    prescription(*((one, 30) for one in Item.objects.order_by("sku")[:8]), of=grace, by=amina)
    client = Client(headers={"host": "localhost", "hx-request": "true"})
    client.force_login(amina)
    return client, Visit.objects.create(patient=grace, opened_at=timezone.now(), clinician=amina)


def measured(ask: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each, after a few that warm up."""
    took = []
    for number in range(times + 5):
        started = time.perf_counter()
        answer = ask()
        if number >= 5:
            took.append(1000 * (time.perf_counter() - started))
        status = getattr(answer, "status_code", 0)
        if status != 200:
            raise SystemExit(f"Answered {status}.")
    return took


def report(name: str, took: list[float], floor: list[float]) -> bool:
    """Whether 95 of a hundred are answered in time."""
    mine, least = percentiles(took), percentiles(floor)
    ratio = round(mine["p50"] / least["p50"], 1)
    print(json.dumps({"request": name, **mine, "floors": ratio, "goal_ms": GOAL_MS}))
    return mine["p95"] < GOAL_MS


if __name__ == "__main__":
    sys.exit(main())
