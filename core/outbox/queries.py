"""Reading what has not arrived in MongoDB yet."""

from typing import Any
from uuid import UUID

import bson
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from core.outbox import sealing
from core.outbox.models import OutboxRow
from core.outbox.sealing import CODEC

PENDING, SET_ASIDE = OutboxRow.State.PENDING, OutboxRow.State.SET_ASIDE


def waiting() -> QuerySet[OutboxRow]:
    """Rows that MongoDB does not hold yet, set-aside ones included, oldest first."""
    return OutboxRow.objects.exclude(state=OutboxRow.State.DELIVERED).order_by("id")


def waiting_documents(patient_id: UUID | str, collection: str) -> list[dict[str, Any]]:
    """A patient's documents still on their way: what lets a page show its own writes."""
    rows = waiting().filter(patient_id=patient_id, kind=OutboxRow.Kind.DOCUMENT)
    payloads = rows.filter(collection=collection).values_list("document", flat=True)
    return sealing.all_opened(collection, map(decoded, payloads))


def document_of(document_id: str) -> dict[str, Any]:
    """A document that was put lately, on its way or not. Raises OutboxRow.DoesNotExist."""
    row = OutboxRow.objects.get(event_id=document_id, kind=OutboxRow.Kind.DOCUMENT)
    return sealing.opened(str(row.collection), decoded(row.document))


def decoded(payload: bytes | memoryview | None) -> dict[str, Any]:
    """The document in a row as it is stored, what is sealed of it sealed."""
    return bson.decode(bytes(payload or b""), codec_options=CODEC)


def lag() -> dict[str, float]:
    """How far MongoDB is behind: pending and set-aside rows, age of the oldest in seconds."""
    figures = waiting().aggregate(
        pending=Count("id", filter=Q(state=PENDING)),
        set_aside=Count("id", filter=Q(state=SET_ASIDE)),
        oldest=Min("created_at", filter=Q(state=PENDING)),
    )
    oldest = figures["oldest"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    return {"pending": figures["pending"], "set_aside": figures["set_aside"], "oldest_seconds": age}
