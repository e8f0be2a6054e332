"""What trust costs: the ten most used pages with everything on, and with nothing of it.

    python -m bench.price [--rounds 60]

On is the clinic as it runs. Off has no entry in the audit before a page leaves, no question whether
the record is restricted, and finds what is sealed already open. Both are asked in turn, page by
page, in one process: what the page server itself adds to each is left out, so the ratio is at its
worst.
"""

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from unittest import mock

from bench.scratch import scratch  # isort: skip  (sets Django up)

import pytest
from django.test import Client
from django.urls import reverse

from bench.figures import percentiles
from clinic.tests.conftest import make, prepare
from core.accounts import access
from core.accounts.models import User
from core.crypto import envelope
from core.shell import reading
from patients.models import Prescription, Visit


def pages() -> list[tuple[str, str, str]]:
    """Name, who asks, where."""
    visit = Visit.objects.latest("opened_at")
    patient, sheet = visit.patient, Prescription.objects.exclude(state="draft").first()
    if sheet is None:
        raise SystemExit("The small clinic has no prescription.")
    return [
        ("search", "joy", reverse("patients:search") + f"?q={patient.family_name[:4]}"),
        ("record", "amina", reverse("patients:record", args=[patient.pk])),
        ("edit", "joy", reverse("patients:edit", args=[patient.pk])),
        ("queue", "joy", reverse("patients:queue")),
        ("today", "joy", reverse("patients:today")),
        ("triage", "ben", reverse("clinical_docs:triage_visit", args=[visit.pk])),
        ("consult", "amina", reverse("clinical_docs:consult", args=[visit.pk])),
        ("laboratory", "tom", reverse("clinical_docs:lab")),
        ("dispense", "lena", reverse("patients:dispense", args=[sheet.pk])),
        ("till", "peter", reverse("billing:till_of", args=[patient.pk])),
    ]


opened = cache(envelope.open_sealed)


@contextmanager
def off() -> Iterator[None]:
    """Nothing is told, nobody is stopped, and what is sealed opens without a key."""
    with (
        mock.patch.object(reading, "told", lambda request, response, seen: response),
        mock.patch.object(access, "_guards", []),
        mock.patch.object(envelope, "open_sealed", opened),
    ):
        yield


def took(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    return 1000 * (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    logging.disable(logging.INFO)
    with (
        scratch("price"),
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        prepare(Path(folder), patch)
        make()
        measure(rounds)


def measure(rounds: int) -> None:
    total = {"on": 0.0, "off": 0.0}
    for name, who, address in pages():
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(username=who))
        median = {
            mode: percentiles(times)["p50"] for mode, times in in_turn(client, address, rounds)
        }
        total = {mode: total[mode] + median[mode] for mode in total}
        ratio = round(median["on"] / median["off"], 3)
        print(json.dumps({"page": name, **median, "ratio": ratio}))
    rate = {mode: round(10_000 / total[mode], 1) for mode in total}
    print(json.dumps({"pages_a_second": rate, "slower": round(total["on"] / total["off"] - 1, 3)}))


def in_turn(client: Client, address: str, rounds: int) -> list[tuple[str, list[float]]]:
    """Milliseconds of each mode, after three of each that warm up."""
    times: dict[str, list[float]] = {"on": [], "off": []}
    for _ in range(rounds + 3):
        for mode in times:
            with off() if mode == "off" else nullcontext():
                times[mode].append(took(client, address))
    return [(mode, found[3:]) for mode, found in times.items()]


if __name__ == "__main__":
    main()
