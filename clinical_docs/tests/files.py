"""Adding documents in tests."""

from typing import Any

from clinical_docs.domain import files
from clinical_docs.domain.files import Details
from clinical_docs.models import Document
from core.accounts.models import User
from core.files import quarantine
from core.files.tests import samples
from patients.models import Patient


def sent(content: bytes | None = None, name: str = "photo.jpg") -> quarantine.Quarantined:
    return quarantine.of_bytes(samples.picture() if content is None else content, name)


def add(
    patient: Patient,
    *,
    by: User,
    content: bytes | None = None,
    name: str = "photo.jpg",
    category: str = "photo",
    **more: Any,
) -> Document:
    """A document; any number of them may have the same file."""
    details = Details(category, more.pop("title", ""), more.pop("dated_on", None))
    more.setdefault("confirmed", ("same", "whose"))
    return files.add(patient.pk, sent(content, name), details, by=by, **more)
