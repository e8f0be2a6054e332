"""What encryption costs: seals and openings a second, and a record page with it and without.

python -m bench.encryption [--entries 60] [--rounds 30]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from unittest.mock import patch

from bench.scratch import scratch  # isort: skip  (sets Django up)

from django.test import Client

from clinical_docs.documents import ClinicalData
from core.accounts.models import User
from core.accounts.roles import Role
from core.crypto import envelope
from core.databases import mongo
from core.outbox import sealing
from core.relay.delivery import Delivery
from core.relay.loop import connected
from patients.models import Patient

CONTENTS = b"x" * 400


def each_second(work: Callable[[], object], count: int = 5_000) -> float:
    work()
    started = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - started)


def raw_speed() -> None:
    owner, place = "bench", "bench:1"
    sealed = envelope.seal(owner, CONTENTS, place)
    print(f"seal {each_second(lambda: envelope.seal(owner, CONTENTS, place)):,.0f}/s")
    print(f"open {each_second(lambda: envelope.open_sealed(owner, sealed, place)):,.0f}/s")


def record(entries: int) -> Patient:
    one = Patient.objects.create(family_name="Okoro", sex="female", phone="+254712555018")
    for n in range(entries):
        data = {
            "test_name": "Blood",
            "results": {"haemoglobin": 12.0 + n / 10},
            "comment": "x" * 200,
        }
        ClinicalData(patient_id=str(one.pk), data_type="lab_result", data=data).save()
    with connected() as connection:
        delivery = Delivery(connection, mongo.database())
        while delivery.run_once():
            pass
    return one


def page_ms(client: Client, one: Patient, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        assert client.get(f"/patients/{one.pk}/").status_code == 200
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def reader() -> Client:
    user = User(username="bench", roles=[Role.CLINICIAN])
    user.set_unusable_password()
    user.save()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def pages(entries: int, rounds: int) -> None:
    """In turns, so that a busy moment of the machine hits both."""
    with patch.object(sealing, "fields_of", lambda collection: ()):
        clear = record(entries)
    closed, client = record(entries), reader()
    page_ms(client, closed, 3)
    page_ms(client, clear, 3)
    ratios = [
        page_ms(client, closed, rounds // 3) / page_ms(client, clear, rounds // 3) for _ in range(5)
    ]
    print(f"record page of {entries} documents: sealed / clear = {statistics.median(ratios):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    with scratch("encryption"):
        raw_speed()
        pages(asked.entries, asked.rounds)


if __name__ == "__main__":
    main()
