"""Mirrors of this app's documents, and the tables of what is written before it is signed."""

from clinical_docs.mirrors import ClinicalDataMirror, DocumentMetadataMirror
from clinical_docs.models.notes import NoteDraft, NoteRevision, NoteTemplate

__all__ = [
    "ClinicalDataMirror",
    "DocumentMetadataMirror",
    "NoteDraft",
    "NoteRevision",
    "NoteTemplate",
]
