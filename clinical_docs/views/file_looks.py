"""Looking at a document is told once, however many pictures a page is made of; a picture that is
asked for by itself is told too."""

import time
from collections import OrderedDict
from uuid import UUID

from clinical_docs.models import DocumentVersion
from core.accounts.access import StaffRequest
from core.reads import shows, tell_as

ONE_LOOK_SECONDS = 15 * 60
MOST_LOOKS = 100_000
# What this process has told, the oldest first. Forgetting one only means that it is told again.
_told: OrderedDict[tuple[str, UUID], float] = OrderedDict()


def tell_list(request: StaffRequest, patient_id: UUID) -> None:
    """The list of a patient's documents, with their small pictures."""
    _keep(request, patient_id)
    shows([patient_id])


def tell(request: StaffRequest, version: DocumentVersion, *, contents: bool = True) -> None:
    """One version of a document, its pages included where its `contents` are shown."""
    if contents:
        _keep(request, version.pk)
    shows([version.patient_id])
    tell_as(
        "view",
        entity_type="document",
        entity_id=version.document_id,
        file_version=version.number,
        contents=contents,
    )


def tell_likeness(request: StaffRequest, version: DocumentVersion) -> None:
    """A small picture, unless its list was told a moment ago."""
    if _is_told(request, version.patient_id):
        shows([])
    else:
        tell_list(request, version.patient_id)


def tell_page(request: StaffRequest, version: DocumentVersion) -> None:
    """A page, unless its document was told a moment ago."""
    if _is_told(request, version.pk):
        shows([])
    else:
        tell(request, version)


def _is_told(request: StaffRequest, what: UUID) -> bool:
    at = _told.get((str(request.session.session_key), what))
    return at is not None and time.monotonic() - at < ONE_LOOK_SECONDS


def _keep(request: StaffRequest, what: UUID) -> None:
    key = (str(request.session.session_key), what)
    _told[key] = time.monotonic()
    _told.move_to_end(key)
    while len(_told) > MOST_LOOKS:
        _told.popitem(last=False)
