"""The document classes whose collections the clinic keeps."""

from mongoengine import Document
from mongoengine.base import get_document

NAMES = ("ClinicalData", "Analytics", "AuditLog", "DocumentMetadata", "SyncEvent")


def documents() -> list[type[Document]]:
    """The five document classes of the record; apps define them, importing them registers them."""
    return [get_document(name) for name in NAMES]
