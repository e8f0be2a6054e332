"""A patient whose record has a past."""

import pytest
from django.utils import timezone

from audit.tests.logs import ENTRIES, state, write
from core.accounts.models import User
from core.accounts.roles import Role
from core.capture.context import acting
from core.crypto import keys
from core.crypto.keys import Purpose
from core.databases import mongo
from patients.models import Patient, Visit


@pytest.fixture
def auditor(person) -> User:
    return person(Role.AUDITOR, given_name="Noor", family_name="Haddad")


@pytest.fixture
def nurse(person) -> User:
    return person(Role.NURSE, given_name="Ben", family_name="Okafor")


@pytest.fixture
def grace(db, nurse) -> Patient:
    """Registered by Ben, who then corrected her phone and her allergy status."""
    with acting(user_id=nurse.pk, ip_address="10.0.4.31", user_agent="Firefox on Windows"):
        patient = Patient.objects.create(family_name="Okoro", given_names="Grace", sex="female")
    with acting(user_id=nurse.pk, reason="asked at the desk"):
        patient.phone, patient.allergy_status = "+15550101", "none_known"
        patient.save(update_fields=["phone", "allergy_status"])
    return patient


@pytest.fixture
def visit(grace) -> Visit:
    return Visit.objects.create(patient=grace, opened_at=timezone.now())


@pytest.fixture
def log(relay, settings, tmp_path):
    """Twelve sealed entries, the tenth of them stated by a checkpoint."""
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.AUDIT_CHECKPOINTS = tmp_path / "apart" / "checkpoints.jsonl"
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    keys.make(Purpose.ROW)
    write(ENTRIES - 2, relay)
    state()
    write(2, relay)
    return mongo.collection("audit_logs")
