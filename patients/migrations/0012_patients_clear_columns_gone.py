from importlib import import_module

from django.db import migrations, models

from core.crypto.lookups import BlindPart
from core.crypto.migrating import drop

sealed = import_module("patients.migrations.0010_patients_sealed")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("patients", "0011_patients_sealed_rows")]

    operations = [
        migrations.AddConstraint(
            "patientidentifier",
            models.UniqueConstraint(
                "system", BlindPart("value"), "patient", name="patient_identifiers_once"
            ),
        ),
        *drop("patients", sealed.PATIENT),
        *drop("patient_identifiers", sealed.IDENTIFIER),
    ]
