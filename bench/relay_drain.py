"""How fast the relay drains 50,000 rows, against raw `insert_many` of the same documents.

    python -m bench.relay_drain [--rows 50000]

Works on scratch databases of its own. Ratios count; absolute rates depend on the machine.
"""

import argparse
import time
from typing import Any

from bench.scratch import scratch  # isort: skip  (sets Django up)

from pymongo import WriteConcern

from clinical_docs.documents import ClinicalData
from core.databases import mongo
from core.ids import uuid7
from core.outbox import domain
from core.relay.delivery import Delivery
from core.relay.loop import connected

BATCH = 1000


def fill(count: int) -> float:
    """Put so many documents into the outbox; returns the seconds taken."""
    started = time.perf_counter()
    for _ in range(count // BATCH):
        patients = [str(uuid7()) for _ in range(50)]
        domain.put_documents(
            [
                ClinicalData(patient_id=patients[n % 50], data_type="lab_result", data=result(n))
                for n in range(BATCH)
            ]
        )
    return time.perf_counter() - started


def result(n: int) -> dict[str, Any]:
    return {"test_name": "Full blood count", "results": {"hemoglobin": 14.2, "platelets": n}}


def drain() -> float:
    """Seconds to deliver everything."""
    with connected() as held:
        delivery = Delivery(held, mongo.database())
        delivery.run_once(1)
        started = time.perf_counter()
        while delivery.run_once():
            pass
        return time.perf_counter() - started


def raw(count: int, collections: int) -> float:
    """Seconds for the same number of documents by `insert_many`, into so many collections."""
    made = {"_id": None, "patient_id": str(uuid7()), "data_type": "lab_result", "data": result(1)}
    total = 0.0
    for place in range(collections):
        target = mongo.database().get_collection(
            f"raw_{place}", write_concern=WriteConcern(w="majority", j=True)
        )
        for _ in range(count // BATCH):
            documents = [{**made, "_id": str(uuid7())} for _ in range(BATCH)]
            started = time.perf_counter()
            target.insert_many(documents, ordered=False)
            total += time.perf_counter() - started
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    count = parser.parse_args().rows
    with scratch("relay"):
        report(count)


def report(count: int) -> None:
    filled, drained = fill(count), drain()
    one, three = raw(count, 1), raw(count, 3)
    print(f"put into the outbox      {count / filled:10,.0f} rows/s")
    print(f"relay drains             {count / drained:10,.0f} rows/s (3 documents a row)")
    print(f"raw insert_many          {count / one:10,.0f} documents/s")
    print(f"raw insert_many, 3 colls {count / three:10,.0f} rows/s")
    print(f"relay : raw, per document {3 * count / drained / (count / one):.2f}")
    print(f"relay : raw, same documents {three / drained:.2f}")


if __name__ == "__main__":
    main()
