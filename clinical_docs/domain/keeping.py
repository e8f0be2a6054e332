"""Putting files into the store, so that a crash at any moment leaves nothing wrong.

A key is claimed in the database first, then its bytes are written, then the claim turns into a row
in one transaction. What lies under a key with neither is nobody's.
"""

import hashlib
import logging
from dataclasses import dataclass
from uuid import UUID

from clinical_docs.domain.intake import Taken
from clinical_docs.models import FileClaim
from clinical_docs.queries.places import bound_to
from core.crypto.envelope import seal
from core.errors import ClinicError, ServiceUnavailable
from core.files.store import new_key, store

logger = logging.getLogger(__name__)


class TookTooLong(ClinicError):
    """The claim was given up meanwhile."""

    def __init__(self) -> None:
        super().__init__("Keeping the file took too long. Nothing was changed; send it again.")


@dataclass(frozen=True)
class Kept:
    """Where the sealed bytes lie; `thumbnail_key` is empty where there is no likeness."""

    storage_key: str
    thumbnail_key: str
    sha256: str

    @property
    def keys(self) -> list[str]:
        return [key for key in (self.storage_key, self.thumbnail_key) if key]


def keep(taken: Taken, *, patient_id: UUID, document_id: UUID, number: int) -> Kept:
    """Sealed, and on the disk when this returns; a row must follow. Raises ServiceUnavailable."""
    kept = Kept(
        new_key(),
        new_key() if taken.thumbnail else "",
        hashlib.sha256(taken.content).hexdigest(),
    )
    FileClaim.objects.bulk_create(FileClaim(key=key) for key in kept.keys)
    for key, content in ((kept.storage_key, taken.content), (kept.thumbnail_key, taken.thumbnail)):
        if key:
            place = bound_to(document_id, number, is_thumbnail=key == kept.thumbnail_key)
            store().put(key, seal(str(patient_id), content, place))
    return kept


def settle(kept: Kept) -> None:
    """Within the transaction of the row: the claims are used up. Raises TookTooLong."""
    used, _ = FileClaim.objects.filter(key__in=kept.keys).delete()
    if used != len(kept.keys):
        raise TookTooLong


def drop(kept: Kept) -> None:
    """No row came of it. What cannot be taken away now is swept later."""
    try:
        for key in kept.keys:
            store().delete(key)
    except ServiceUnavailable:
        logger.exception("%s stays in the store until it is swept", kept.storage_key)
        return
    FileClaim.objects.filter(key__in=kept.keys).delete()
