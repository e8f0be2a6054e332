from importlib import import_module

from django.db import migrations

from core.crypto.migrating import drop, fill

FIELDS = import_module("core.migrations.0011_drafts_sealed").FIELDS


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0011_drafts_sealed")]

    operations = [fill("core", "draft"), *drop("drafts", FIELDS)]
