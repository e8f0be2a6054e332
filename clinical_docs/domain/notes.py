"""Writing in the record."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.choices import LONGEST_NOTE
from clinical_docs.documents import ClinicalData
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError


class NothingWritten(ClinicError):
    """An empty note helps nobody."""


def write(patient_id: UUID, *, text: str, visit_id: UUID | None = None, by: User) -> ClinicalData:
    """Add a signed note; it is corrected by another one that supersedes it, never edited.

    Raises NothingWritten for blanks, NotAllowed without the permission `notes.write`.
    """
    require(by, "notes.write")
    text = text.strip()
    if not text:
        raise NothingWritten("Write something first.")
    if len(text) > LONGEST_NOTE:
        raise NothingWritten(f"A note has at most {LONGEST_NOTE} characters; split it into two.")
    signed = {"signed_by": by.display_name, "signed_at": timezone.now().isoformat()}
    note = ClinicalData(
        patient_id=str(patient_id),
        visit_id=str(visit_id) if visit_id else None,
        data_type="clinical_note",
        data={"title": "Note", "text": text, **signed},
        created_by=str(by.pk),
    )
    with acting(user_id=by.pk), transaction.atomic():
        note.save()
    return note
