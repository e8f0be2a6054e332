"""The clinical collections in the administration."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinical_docs.mirrors import ClinicalDataMirror, DocumentMetadataMirror
from clinical_docs.models import (
    Document,
    DocumentVersion,
    FileClaim,
    Letter,
    NoteDraft,
    NoteRevision,
    NoteTemplate,
)
from core.administration.tables import Kept, Mirror, ReadOnly
from core.outbox import sealing


@admin.register(ClinicalDataMirror)
class ClinicalEntries(Mirror):
    list_display = ("id", "patient_id", "data_type", "status", "code", "created_at")
    plain = ("id", "patient_id", "visit_id", "status", "created_by", "created_at")
    list_filter = ("data_type", "status")
    search_fields = ("=patient_id", "=visit_id", "=code")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        return _opened(super().get_object(request, object_id, from_field))


@admin.register(DocumentMetadataMirror)
class Files(Mirror):
    list_display = ("document_id", "number", "patient_id", "title", "mime", "size", "status")
    plain = ("document_id", "number", "patient_id", "mime", "size", "status", "uploaded_at")
    list_filter = ("category", "status", "mime")
    search_fields = ("=patient_id", "=document_id", "title")
    ordering = ("-uploaded_at",)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        return _opened(super().get_object(request, object_id, from_field))


def _opened(one: Any) -> Any:
    """The page of one document shows what is sealed of it; `plain` decides to whom."""
    if one is not None:
        collection = one._meta.db_table
        names = [n for n in sealing.fields_of(collection) if getattr(one, n)]
        known = {"_id": one.pk, "patient_id": one.patient_id}
        opened = sealing.opened(collection, known | {n: getattr(one, n) for n in names})
        for name in names:
            setattr(one, name, opened[name])
    return one


@admin.register(NoteTemplate)
class NoteTemplates(Kept):
    list_display = ("name", "place", "active")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(NoteDraft)
class NoteDrafts(ReadOnly):
    """That somebody is writing, not what."""

    list_display = ("visit", "saved_by", "saved_at")
    list_select_related = ("visit", "saved_by")
    fields = ("visit", "template", "saved_by", "saved_at")


@admin.register(NoteRevision)
class NoteRevisions(ReadOnly):
    """That something was written, not what."""

    list_display = ("visit", "by", "why", "saved_at")
    list_select_related = ("visit", "by")
    fields = ("visit", "by", "why", "saved_at")


@admin.register(Letter)
class Letters(ReadOnly):
    """What was given out on paper; its words are in the record."""

    list_display = ("kind", "patient", "signed_by", "signed_at", "printed")
    list_select_related = ("patient", "signed_by")
    list_filter = ("kind",)
    search_fields = ("=code", "patient__family_name")
    exclude = ("document_id",)


@admin.register(Document)
class Documents(ReadOnly):
    """What is kept and until when; its contents are in the record."""

    list_display = ("patient", "category", "state", "number", "retention_until", "legal_hold")
    list_select_related = ("patient",)
    list_filter = ("category", "state", "legal_hold")
    search_fields = ("patient__family_name",)
    exclude = ("title", "archived_reason", "metadata_id")


@admin.register(DocumentVersion)
class DocumentVersions(ReadOnly):
    list_display = ("document_id", "number", "mime", "size", "scan", "uploaded_by", "uploaded_at")
    list_select_related = ("uploaded_by",)
    list_filter = ("mime", "scan")
    search_fields = ("=sha256", "=storage_key")
    exclude = ("document", "filename", "facts", "remarks")


@admin.register(FileClaim)
class FileClaims(ReadOnly):
    """Files on their way; one older than an hour is given up by the next tidying."""

    list_display = ("key", "claimed_at")
