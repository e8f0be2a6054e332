"""Mirrors of this app's documents, what is written before it is signed, and letters."""

from clinical_docs.mirrors import ClinicalDataMirror, DocumentMetadataMirror
from clinical_docs.models.letters import Letter
from clinical_docs.models.notes import NoteDraft, NoteRevision, NoteTemplate

__all__ = [
    "ClinicalDataMirror",
    "DocumentMetadataMirror",
    "Letter",
    "NoteDraft",
    "NoteRevision",
    "NoteTemplate",
]
