from django.db import migrations, models

from core.crypto.fields import SealedObjectField, SealedTextField
from core.crypto.lookups import BlindPart
from core.crypto.migrating import set_aside

PATIENT = {
    "phone": SealedTextField(blank=True, owner="id", finds=("digits", "end")),
    "email": SealedTextField(blank=True, owner="id", finds=("address",)),
    "address": SealedTextField(blank=True, owner="id"),
    "national_id": SealedTextField("national ID", blank=True, owner="id", finds=("number",)),
    "next_of_kin": SealedTextField(blank=True, owner="id"),
    "next_of_kin_phone": SealedTextField(blank=True, owner="id"),
    "metadata": SealedObjectField(owner="id"),
}
IDENTIFIER = {"value": SealedTextField(owner="patient_id", finds=("number",))}
FOUND_BY = {
    "patients_phone": ("phone", 0),
    "patients_phone_end": ("phone", 1),
    "patients_email": ("email", 0),
    "patients_national_id": ("national_id", 0),
}


def index(name: str) -> migrations.AddIndex:
    column, place = FOUND_BY[name]
    return migrations.AddIndex(
        "patient",
        models.Index(BlindPart(column, place), condition=~models.Q(**{column: ""}), name=name),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0009_appointments"),
        ("core", "0006_users_sealed"),
    ]

    operations = [
        migrations.RemoveConstraint("patientidentifier", "patient_identifiers_once"),
        migrations.RemoveIndex("patient", "patients_phone"),
        migrations.RemoveIndex("patient", "patients_phone_end"),
        migrations.RemoveIndex("patient", "patients_national_id"),
        *set_aside("patient", "patients", PATIENT),
        *set_aside("patientidentifier", "patient_identifiers", IDENTIFIER),
        *map(index, FOUND_BY),
        migrations.AddIndex(
            "patientidentifier",
            models.Index(BlindPart("value"), name="patient_identifiers_value"),
        ),
    ]
