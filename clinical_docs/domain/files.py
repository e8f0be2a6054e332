"""Documents of a patient: adding, adding a version, and what is said of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.domain import asking, intake, keeping
from clinical_docs.domain.asking import Changed
from clinical_docs.domain.intake import Taken
from clinical_docs.domain.keeping import Kept
from clinical_docs.domain.recording import record
from clinical_docs.models import Document, DocumentVersion
from clinical_docs.policies import require, require_category
from core.accounts.models import User
from core.capture.context import acting
from core.files.names import safe_name, title_of
from core.files.quarantine import Quarantined
from core.ids import uuid7
from patients.models import Patient

Confirmed = Collection[str]


@dataclass(frozen=True)
class Details:
    """What people say of a document. Without a title it gets one from its file."""

    category: str
    title: str = ""
    dated_on: date | None = None
    visit_id: UUID | None = None


def add(
    patient_id: UUID, upload: Quarantined, details: Details, *, by: User, confirmed: Confirmed = ()
) -> Document:
    """Add a file to the record.

    Raises NotAllowed; Unfit for a file that is not taken; Asks where somebody has to say first that
    they mean it (`confirmed` holds what they said); ServiceUnavailable. Nothing has changed then.
    """
    require(by, "documents.add")
    require_category(by, details.category)
    patient = Patient.objects.get(pk=patient_id)
    taken = _looked_into(patient, upload, confirmed, by)
    document = Document(
        id=uuid7(),
        patient=patient,
        visit_id=details.visit_id,
        category=details.category,
        title=(details.title or title_of(upload.name or ""))[:150],
        dated_on=details.dated_on,
    )
    return _put(document, 1, upload, taken, by, lambda: document)


def add_version(
    document_id: UUID, upload: Quarantined, *, base: int, by: User, confirmed: Confirmed = ()
) -> Document:
    """Put a newer file in force; those before it stay.

    `base` is the version it follows: when a colleague was quicker, Changed says so. Raises as `add`.
    """
    require(by, "documents.add")
    document = Document.objects.select_related("patient").get(pk=document_id)
    require_category(by, document.category)
    asking.check_newest(document, base)
    taken = _looked_into(document.patient, upload, confirmed, by)

    def locked() -> Document:
        latest = _locked(document_id)
        asking.check_newest(latest, base)
        return latest

    return _put(document, base + 1, upload, taken, by, locked)


def describe(document_id: UUID, details: Details, *, version: int, by: User) -> Document:
    """Say something else of it. `version` is the row's that was shown. Raises Changed, NotAllowed."""
    require(by, "documents.add")
    require_category(by, details.category)
    with acting(user_id=by.pk), transaction.atomic():
        document = _locked(document_id)
        require_category(by, document.category)
        if document.version != version:
            raise Changed(asking.changed_in_words(document), document)
        new = {"category": details.category, "title": details.title, "dated_on": details.dated_on}
        return _changed(document, by, **new)


def archive(document_id: UUID, *, reason: str, by: User) -> Document:
    """Take it out of the list; nothing of it is deleted. Raises NotAllowed, Changed when it is."""
    require(by, "documents.add")
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        document = _locked(document_id)
        require_category(by, document.category)
        if document.state == Document.State.ARCHIVED:
            raise Changed("This document is archived already.", document)
        return _changed(document, by, state=Document.State.ARCHIVED, archived_reason=reason[:300])


def restore(document_id: UUID, *, by: User) -> Document:
    """Back into the list. Raises NotAllowed."""
    require(by, "documents.add")
    with acting(user_id=by.pk), transaction.atomic():
        document = _locked(document_id)
        require_category(by, document.category)
        return _changed(document, by, state=Document.State.CURRENT, archived_reason="")


def retain(document_id: UUID, *, until: date | None, by: User) -> Document:
    """Until when it must be kept at least; None for always. Raises NotAllowed."""
    require(by, "documents.hold")
    with acting(user_id=by.pk), transaction.atomic():
        return _changed(_locked(document_id), by, retention_until=until)


def hold(document_id: UUID, *, reason: str, by: User) -> Document:
    """A legal hold: it is kept whatever its retention says, until released with "". NotAllowed."""
    require(by, "documents.hold")
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        document = _locked(document_id)
        return _changed(document, by, legal_hold=bool(reason), hold_reason=reason[:300])


def _looked_into(patient: Patient, upload: Quarantined, confirmed: Confirmed, by: User) -> Taken:
    """The file is fit, and meant for this patient."""
    if asking.SAME not in confirmed:
        asking.ask_if_same(patient, upload.sha256, by)
    taken = intake.take_in(upload)
    if asking.WHOSE not in confirmed:
        asking.ask_whose(patient, taken.whose)
    return taken


def _put(
    document: Document,
    number: int,
    upload: Quarantined,
    taken: Taken,
    by: User,
    latest: Callable[[], Document],
) -> Document:
    """Bytes first, then all rows in one transaction, or no bytes either."""
    kept = keeping.keep(
        taken, patient_id=document.patient_id, document_id=document.pk, number=number
    )
    try:
        with acting(user_id=by.pk), transaction.atomic():
            keeping.settle(kept)
            document = latest()
            document.number = number
            return record(document, _version(document, upload, taken, kept, by), by=by)
    except BaseException:
        keeping.drop(kept)
        raise


def _version(
    document: Document, upload: Quarantined, taken: Taken, kept: Kept, by: User
) -> DocumentVersion:
    return DocumentVersion(
        document=document,
        patient_id=document.patient_id,
        number=document.number,
        filename=safe_name(upload.name or "", taken.kind.suffix),
        mime=taken.kind.mime,
        size=len(taken.content),
        sha256=kept.sha256,
        sent_sha256=upload.sha256,
        pages=taken.pages,
        width=taken.width,
        height=taken.height,
        scan=str(taken.scan),
        remarks=taken.remarks,
        facts=taken.facts,
        storage_key=kept.storage_key,
        thumbnail_key=kept.thumbnail_key,
        uploaded_by=by,
        uploaded_at=timezone.now(),
    )


def _locked(document_id: UUID) -> Document:
    rows = Document.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=document_id)


def _changed(document: Document, by: User, **new: Any) -> Document:
    """With these values, if they are new."""
    if all(getattr(document, name) == value for name, value in new.items()):
        return document
    for name, value in new.items():
        setattr(document, name, value)
    return record(document, by=by, changed=[*new])
