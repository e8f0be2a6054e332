from django.db import migrations

from core.crypto.migrating import fill


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("patients", "0010_patients_sealed")]

    operations = [fill("patients", "patient"), fill("patients", "patientidentifier")]
