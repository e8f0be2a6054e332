from importlib import import_module

from django.db import migrations

from core.crypto.migrating import drop, fill

sealed = import_module("clinical_docs.migrations.0005_notes_sealed")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("clinical_docs", "0005_notes_sealed")]

    operations = [
        fill("clinical_docs", "notedraft"),
        fill("clinical_docs", "noterevision"),
        *drop("note_drafts", sealed.DRAFT),
        *drop("note_revisions", sealed.REVISION),
    ]
