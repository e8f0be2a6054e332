from importlib import import_module

from django.db import migrations

from core.crypto.migrating import drop, fill

sealed = import_module("patients.migrations.0014_results_sealed")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("patients", "0014_results_sealed")]

    operations = [
        fill("patients", "labrequest"),
        fill("patients", "criticalcall"),
        *drop("lab_requests", sealed.REQUEST),
        *drop("critical_calls", sealed.CALL),
    ]
