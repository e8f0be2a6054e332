from django.db import migrations

from core.crypto.fields import SealedObjectField
from core.crypto.migrating import set_aside

DRAFT = {"sections": SealedObjectField(owner="visit.patient_id")}
REVISION = {
    "texts": SealedObjectField(owner="visit.patient_id", place=("visit_id", "by_id", "why"))
}


class Migration(migrations.Migration):
    dependencies = [
        ("clinical_docs", "0004_documents"),
        ("core", "0012_drafts_sealed_rows"),
    ]

    operations = [
        *set_aside("notedraft", "note_drafts", DRAFT),
        *set_aside("noterevision", "note_revisions", REVISION),
    ]
