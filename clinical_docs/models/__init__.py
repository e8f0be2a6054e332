"""Mirrors of this app's documents, what is written before it is signed, letters, and files."""

from clinical_docs.mirrors import ClinicalDataMirror, DocumentMetadataMirror
from clinical_docs.models.files import Document, DocumentVersion, FileClaim
from clinical_docs.models.letters import Letter
from clinical_docs.models.notes import NoteDraft, NoteRevision, NoteTemplate

__all__ = [
    "ClinicalDataMirror",
    "Document",
    "DocumentMetadataMirror",
    "DocumentVersion",
    "FileClaim",
    "Letter",
    "NoteDraft",
    "NoteRevision",
    "NoteTemplate",
]
