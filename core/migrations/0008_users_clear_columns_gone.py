from importlib import import_module

from django.db import migrations

from core.crypto.migrating import drop

FIELDS = import_module("core.migrations.0006_users_sealed").FIELDS


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("core", "0007_users_sealed_rows")]

    operations = drop("users", FIELDS)
