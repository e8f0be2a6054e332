"""What was measured before: the value that stands beside a new one."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from clinical_docs.choices import unit_on_paper
from clinical_docs.queries.measures import FIELDS, Measure, measures
from core.databases import mongo
from core.outbox import sealing

MOST = 800


def earlier(patients: Collection[object], orders: Collection[object]) -> dict[str, list[Measure]]:
    """Results of these patients by patient, newest first, but for those of these `orders`.

    One question. Raises ServiceUnavailable without MongoDB.
    """
    if not patients:
        return {}
    theirs = {
        "patient_id": {"$in": sorted({str(one) for one in patients})},
        "data_type": {"$in": ["lab_result", "observation"]},
        "lab_request_id": {"$nin": sorted(str(one) for one in orders)},
    }
    documents: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with mongo.reading():
        found = mongo.collection("clinical_data").find(theirs, FIELDS)
        newest = found.sort([("created_at", -1), ("_id", -1)]).limit(MOST)
        for one in sealing.all_opened("clinical_data", newest):
            documents[one["patient_id"]].append(one)
    return {patient: measures(found) for patient, found in documents.items()}


def last_of(before: list[Measure], *, key: str, code: str, unit: str) -> Measure | None:
    """The last value of the same thing in the same unit, told by its code or else its name."""

    def is_same(one: Measure) -> bool:
        is_meant = one.code == code if one.code and code else one.key == key
        return is_meant and one.unit in (unit, unit_on_paper(unit))

    return next((one for one in before if is_same(one)), None)
