"""A patient's measurements, newest first, for the head of the record and its charts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.databases import mongo
from core.outbox import sealing

MEASURED = ("vital_signs", "lab_result", "observation")
MOST = 600
FIELDS = dict.fromkeys(
    ("patient_id", "data", "data_type", "created_at", "status", "supersedes", "members"), 1
)


@dataclass(frozen=True)
class Measure:
    """One value of one measurement, as it was reported."""

    key: str
    name: str
    code: str
    unit: str
    value: Any
    flag: str
    low: float | None
    high: float | None
    at: datetime
    data_type: str
    document_id: str

    @property
    def number(self) -> float | None:
        """The value where it is a plain number: `<0.02` and `positive` are none."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        return float(self.value) if is_number else None


def recent_documents(patient_id: UUID) -> list[dict[str, Any]]:
    """Documents with measurements. Raises ServiceUnavailable without MongoDB."""
    mine = {"patient_id": str(patient_id), "data_type": {"$in": list(MEASURED)}}
    with mongo.reading():
        found = mongo.collection("clinical_data").find(mine, FIELDS)
        newest = found.sort([("created_at", -1), ("_id", -1)]).limit(MOST)
        return sealing.all_opened("clinical_data", newest)


def measures(documents: list[dict[str, Any]]) -> list[Measure]:
    """Every value of these documents once.

    Left out are those entered in error, those that a later one corrects, and members of a report,
    which repeats them.
    """
    corrected = {one.get("supersedes") for one in documents}
    valid = [one for one in documents if one.get("status") != "entered_in_error"]
    repeated = {member for one in valid for member in one.get("members", ())}
    told = (one for one in valid if one["_id"] not in corrected | repeated)
    return [measure for document in told for measure in measures_of(document)]


def measures_of(document: dict[str, Any]) -> Iterator[Measure]:
    """The values of one document, in its own order."""
    data = document.get("data", {})
    for key, value in data.get("results", {}).items():
        limits = data.get("reference_ranges", {}).get(key, {})
        yield Measure(
            key=key,
            name=data.get("names", {}).get(key) or key.replace("_", " "),
            code=data.get("codes", {}).get(key, ""),
            unit=data.get("units", {}).get(key) or data.get("unit_names", {}).get(key, ""),
            value=value,
            flag=data.get("flags", {}).get(key, "").replace("N", ""),
            low=limits.get("min"),
            high=limits.get("max"),
            at=document["created_at"],
            data_type=document["data_type"],
            document_id=str(document["_id"]),
        )
