"""What clinical documents put on a card of the queue: when vital signs and the note were written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import bson

from core.databases import mongo
from core.errors import ServiceUnavailable
from core.outbox.domain import CODEC
from core.outbox.models import OutboxRow
from core.outbox.queries import waiting
from core.shell.words import clinic_time
from patients.cards import Fact, Line
from patients.models import Visit

VITALS, NOTE = "vital_signs", "clinical_note"
FIELDS = dict.fromkeys(("visit_id", "data_type", "created_at", "status"), 1)
Written = dict[tuple[str, str], datetime]


def papers_of(visits: Sequence[Visit]) -> Mapping[UUID, list[Line]]:
    """By visit, when vital signs were taken last and a note was written last.

    Without MongoDB the board says nothing of it: work at the desk goes on.
    """
    last = _last_of([*_stored(visits), *_on_the_way(visits)])
    lines = {visit.pk: _lines(last, str(visit.pk)) for visit in visits}
    return {key: found for key, found in lines.items() if found}


def _lines(last: Written, visit_id: str) -> list[Line]:
    titles = ((VITALS, "Vitals"), (NOTE, "Note"))
    return [
        Line(title, clinic_time(last[visit_id, kind]), done=True, early=kind == VITALS)
        for kind, title in titles
        if (visit_id, kind) in last
    ]


def _stored(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    wanted = {"$in": [str(visit.pk) for visit in visits]}
    try:
        with mongo.reading():
            of_today = {"visit_id": wanted, "data_type": {"$in": [VITALS, NOTE]}}
            return list(mongo.collection("clinical_data").find(of_today, FIELDS))
    except ServiceUnavailable:
        return []


def _on_the_way(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """Documents committed a moment ago."""
    rows = waiting().filter(
        patient_id__in=[visit.patient_id for visit in visits],
        kind=OutboxRow.Kind.DOCUMENT,
        collection="clinical_data",
    )
    payloads = rows.values_list("document", flat=True)
    return [bson.decode(bytes(payload or b""), codec_options=CODEC) for payload in payloads]


def _last_of(documents: Iterable[dict[str, Any]]) -> Written:
    last: Written = {}
    for one in documents:
        if one.get("status") != "entered_in_error" and one.get("data_type") in (VITALS, NOTE):
            key = (str(one.get("visit_id")), str(one["data_type"]))
            last[key] = max(one["created_at"], last.get(key, one["created_at"]))
    return last


FACTS = (Fact("papers", "patients.view_clinical", papers_of),)
