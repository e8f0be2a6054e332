"""What was measured last of each vital sign, for the form in which it is measured again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from clinical_docs.choices import rounded
from clinical_docs.queries.measures import FIELDS, Measure, measures
from clinical_docs.vital_signs.signs import NEWS2, SIGNS
from core.databases import mongo
from core.errors import ServiceUnavailable
from core.outbox import sealing
from core.outbox.queries import waiting_documents

COLLECTION, SIGNS_TYPE = "clinical_data", "vital_signs"
MOST = 60
NAME_OF = {sign.code: name for name, sign in SIGNS.items()} | {NEWS2: "news2"}
# Imports bring saturation under the code of the blood gas, too.
NAME_OF["2708-6"] = "oxygen"
BY_KEY = ("supply", "consciousness", "pain", "pregnancy")
TOGETHER_SECONDS = 600


@dataclass(frozen=True)
class Before:
    """A value, in words and as a number where it is one, and since when it is known."""

    shown: str
    number: float | None
    at: datetime


@dataclass(frozen=True)
class Known:
    """What was measured last by name (`pressure` is both), and the SpO2 scale that was used."""

    values: dict[str, Before]
    scale_2: bool


def known_before(patient_id: UUID) -> Known:
    """Both in one question. Without MongoDB there is what is still on its way."""
    documents = _documents(patient_id)
    return Known(_values(documents), _used_scale_2(documents))


def previous(patient_id: UUID) -> dict[str, Before]:
    """The last values alone."""
    return _values(_documents(patient_id))


def _values(documents: list[dict[str, Any]]) -> dict[str, Before]:
    last: dict[str, Measure] = {}
    for one in measures(documents):
        name = NAME_OF.get(one.code) or (one.key if one.key in BY_KEY else "")
        if name and _is_in_unit(name, one):
            last.setdefault(name, one)
    known = {name: Before(rounded(one.value), one.number, one.at) for name, one in last.items()}
    return known | _pressure(last)


def _used_scale_2(documents: list[dict[str, Any]]) -> bool:
    """A target once set stays set, until a score is made on scale 1 again."""
    kept = (document.get("data", {}).get("news2") for document in documents)
    return next((one.get("spo2_scale") == 2 for one in kept if one), False)


def _documents(patient_id: UUID) -> list[dict[str, Any]]:
    """Newest first, with those on their way."""
    waiting = [d for d in waiting_documents(patient_id, COLLECTION) if _is_signs(d)]
    try:
        stored = _stored(patient_id)
    except ServiceUnavailable:
        stored = []
    known = {document["_id"]: document for document in (*stored, *waiting)}
    return sorted(known.values(), key=lambda document: document["created_at"], reverse=True)


def _stored(patient_id: UUID) -> list[dict[str, Any]]:
    mine = {"patient_id": str(patient_id), "data_type": SIGNS_TYPE}
    with mongo.reading():
        found = mongo.collection(COLLECTION).find(mine, FIELDS)
        newest = found.sort([("created_at", -1), ("_id", -1)]).limit(MOST)
        return sealing.all_opened(COLLECTION, newest)


def _is_signs(document: Mapping[str, Any]) -> bool:
    return document.get("data_type") == SIGNS_TYPE


def _is_in_unit(name: str, one: Measure) -> bool:
    """A weight in pounds is not compared with one in kilograms."""
    return name not in SIGNS or one.unit in ("", SIGNS[name].unit)


def _pressure(last: Mapping[str, Measure]) -> dict[str, Before]:
    """The upper pressure with the lower that was taken with it."""
    upper, lower = last.get("systolic"), last.get("diastolic")
    if upper is None:
        return {}
    shown = rounded(upper.value)
    if lower is not None and abs((upper.at - lower.at).total_seconds()) < TOGETHER_SECONDS:
        shown = f"{shown}/{rounded(lower.value)}"
    return {"pressure": Before(shown, upper.number, upper.at)}
