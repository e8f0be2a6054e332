"""What capture costs: the same writes with and without the triggers, as ratios of one run.

python -m bench.capture_cost [--rows 3000] [--rounds 3]
"""

import argparse
import time
from collections.abc import Callable

from bench.scratch import scratch  # isort: skip  (sets Django up)

import psycopg
from django.db import connection

from core.capture.context import acting
from core.ids import uuid7
from core.testing import databases
from patients.models import Patient

TABLE = "patients"


def patients(count: int) -> list[Patient]:
    return [
        Patient(family_name=f"Okoro {n}", given_names="Grace", sex="female", phone="+254712555018")
        for n in range(count)
    ]


def insert(count: int) -> None:
    for patient in patients(count):
        patient.save(force_insert=True)


def update(count: int) -> None:
    for patient in Patient.objects.all()[:count]:
        patient.given_names = "Gracie"
        patient.save(update_fields=["given_names"])


def bulk_create(count: int) -> None:
    Patient.objects.bulk_create(patients(count), batch_size=1000)


def queryset_update(count: int) -> None:
    Patient.objects.update(language="sw")


MEASURED: list[Callable[[int], None]] = [insert, update, bulk_create, queryset_update]


def seconds(work: Callable[[int], None], count: int) -> float:
    """One measured run on a table that holds `count` rows (none for the inserts)."""
    databases.empty()
    if work in (update, queryset_update):
        bulk_create(count)
    started = time.perf_counter()
    with acting(user_id=str(uuid7()), ip_address="127.0.0.1", request_id=str(uuid7())):
        work(count)
    return time.perf_counter() - started


def triggers(action: str) -> None:
    """ENABLE or DISABLE every trigger of the table, foreign keys aside."""
    connection.close()
    name = connection.settings_dict["NAME"]
    with psycopg.connect(databases.superuser_url(name), autocommit=True) as admin:
        admin.execute(f"ALTER TABLE {TABLE} {action} TRIGGER USER")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with scratch("capture"):
        for work in MEASURED:
            best = {action: float("inf") for action in ("DISABLE", "ENABLE")}
            for _ in range(options.rounds):
                for action in best:
                    triggers(action)
                    best[action] = min(best[action], seconds(work, options.rows))
            without, captured = best["DISABLE"], best["ENABLE"]
            microseconds = (captured - without) / options.rows * 1e6
            print(
                f"{work.__name__:16} {captured / without:5.2f} x   "
                f"({without:.3f} s without, {captured:.3f} s with; {microseconds:+.0f} us a row)"
            )


if __name__ == "__main__":
    main()
