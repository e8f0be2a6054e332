from django.db import migrations

from core.crypto.fields import SealedObjectField
from core.crypto.migrating import set_aside

REQUEST = {"entered": SealedObjectField(owner="patient_id")}
CALL = {"values": SealedObjectField(owner="patient_id")}


class Migration(migrations.Migration):
    dependencies = [("patients", "0013_restricted_records")]

    operations = [
        *set_aside("labrequest", "lab_requests", REQUEST),
        *set_aside("criticalcall", "critical_calls", CALL),
    ]
