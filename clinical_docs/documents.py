"""What has no fixed shape: results, vital signs, notes, and the metadata of files."""

from typing import Any, ClassVar

from django.utils import timezone
from mongoengine import BooleanField, DateTimeField, DictField, IntField, ListField, StringField

from core.outbox.documents import OutboxDocument

STATUSES = ("preliminary", "final", "amended", "entered_in_error")


class ClinicalData(OutboxDocument):
    """One clinical fact about a patient; a correction is a new one that `supersedes` it.

    `data_type` says how to read `data`: lab_result, vital_signs, clinical_note, imaging, symptoms,
    questionnaire, growth, or what an import brought (docs/developers/documents.md). `members` are
    the ids of documents whose values it repeats.
    """

    sealed_fields = ("data", "metadata")

    patient_id = StringField(required=True, max_length=36)
    data_type = StringField(required=True, max_length=60, regex=r"^[a-z][a-z0-9_]*$")
    data = DictField(required=True)
    metadata = DictField()
    members = ListField(StringField(max_length=36))
    created_at = DateTimeField(default=timezone.now)
    updated_at = DateTimeField(default=timezone.now)
    created_by = StringField(max_length=36)
    visit_id = StringField(max_length=36)
    lab_request_id = StringField(max_length=36)
    code = StringField(max_length=60)
    status = StringField(choices=STATUSES, default="final")
    supersedes = StringField(max_length=36)
    schema_version = IntField(default=1)

    meta: ClassVar[dict[str, Any]] = {
        "collection": "clinical_data",
        "indexes": [
            ("patient_id", "data_type"),
            ("patient_id", "data_type", "-created_at"),
            ("patient_id", "-created_at"),
            ("visit_id",),
        ],
    }


class DocumentMetadata(OutboxDocument):
    """What is known of a document [DocumentReference] since its last change; its bytes lie outside
    MongoDB.

    `version` counts the changes of what is known, each a document that `supersedes` the one before;
    `file_version` is the file that was in force then.
    """

    sealed_fields = ("metadata",)

    document_id = StringField(required=True, max_length=36)
    number = IntField(db_field="version", default=1)
    patient_id = StringField(required=True, max_length=36)
    visit_id = StringField(max_length=36)
    category = StringField(max_length=100)
    title = StringField(max_length=300)
    filename = StringField(max_length=300)
    mime = StringField(max_length=100)
    size = IntField(min_value=0)
    sha256 = StringField(max_length=64)
    storage_key = StringField(max_length=300)
    status = StringField(choices=("current", "superseded", "archived"), default="current")
    retention_until = DateTimeField()
    legal_hold = BooleanField(default=False)
    uploaded_by = StringField(max_length=36)
    uploaded_at = DateTimeField(default=timezone.now)
    created_at = DateTimeField(default=timezone.now)
    file_version = IntField(min_value=1)
    dated_on = StringField(max_length=10)
    pages = IntField(min_value=0)
    scan = StringField(max_length=20)
    thumbnails = ListField(StringField(max_length=300))
    supersedes = StringField(max_length=36)
    metadata = DictField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "document_metadata",
        "indexes": [
            {"fields": ("document_id", "number"), "unique": True},
            ("patient_id", "-uploaded_at"),
        ],
    }
