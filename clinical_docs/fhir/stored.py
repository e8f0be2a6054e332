"""Documents of former batches and runs: still in the outbox, or in MongoDB already."""

from collections.abc import Collection
from typing import Any

from clinical_docs.fhir.shape import COLLECTION
from core.databases import mongo
from core.outbox import sealing
from core.outbox.models import OutboxRow
from core.outbox.queries import decoded


def documents(ids: Collection[str], collection: str = COLLECTION) -> dict[str, dict[str, Any]]:
    """Those of these documents that exist, by their id.

    The outbox is asked first: what the relay takes from it meanwhile is in MongoDB before it goes.
    """
    if not ids:
        return {}
    rows = OutboxRow.objects.filter(entity_type=collection, entity_id__in=ids)
    waiting = rows.exclude(state=OutboxRow.State.DELIVERED).values_list("entity_id", "document")
    found = {key: decoded(body) for key, body in waiting}
    if missing := [key for key in ids if key not in found]:
        with mongo.reading():
            for document in mongo.collection(collection).find({"_id": {"$in": missing}}):
                found[document["_id"]] = document
    return dict(zip(found, sealing.all_opened(collection, found.values()), strict=True))
