"""The two examples of the specification, typed into `manage.py shell`."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from audit.documents import Analytics
from clinical_docs.documents import ClinicalData
from core.databases import database_service, mongo
from core.relay.lossy import drain
from patients.models import Patient

BLOOD_COUNT = {
    "test_name": "Complete Blood Count",
    "results": {"hemoglobin": 14.2, "white_blood_cells": 7500, "platelets": 250000},
    "reference_ranges": {
        "hemoglobin": {"min": 12.0, "max": 16.0},
        "white_blood_cells": {"min": 4000, "max": 11000},
    },
}
STORE_A_BLOOD_COUNT = f"""
from clinical_docs.documents import ClinicalData

lab_result = ClinicalData(
    patient_id="PATIENT",
    data_type="lab_result",
    data={BLOOD_COUNT!r},
    created_by="user-456",
    metadata={{"lab_name": "Central Lab", "technician": "Dr. Smith"}},
)
lab_result.save()
"""
PAGE_VIEW = {"page": "/patients", "duration": 45, "actions": ["search", "filter", "view_patient"]}
TRACK_A_PAGE_VIEW = f"""
from audit.documents import Analytics

analytics = Analytics(
    event_type="page_view",
    user_id="user-123",
    data={PAGE_VIEW!r},
    session_id="session-789",
    ip_address="192.168.1.100",
)
analytics.save()
"""
QUERY_BOTH = """
from core.databases import database_service

database_service.initialize()
patient = database_service.query_postgresql("SELECT * FROM patients WHERE id = %s", ["PATIENT"])
ClinicalData = database_service.get_mongo_model("ClinicalData")
clinical_data = ClinicalData.objects(patient_id="PATIENT").order_by("-created_at").limit(10)
print(patient[0]["family_name"], [each.data["results"]["hemoglobin"] for each in clinical_data])
database_service.close()
"""


def shell(script: str) -> str:
    """Type it into the shell, on the databases of this test."""
    roles = settings.DATABASE_ROLE_URLS
    given = {
        "DATABASE_URL": roles["app"],
        "MONGODB_URL": settings.MONGODB_URL,
        "MONGODB_NAME": settings.MONGODB_NAME,
        "REDIS_URL": settings.REDIS_URL,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", script],
        cwd=settings.BASE_DIR,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def patient(transactional_db) -> Patient:
    return Patient.objects.create(
        given_names="Mary", family_name="Achieng", birth_date="1980-02-03", sex="female"
    )


@pytest.mark.parametrize("is_ours", [True, False], ids=["a patient", "the specification's id"])
def test_a_blood_count_is_stored(patient, relay, is_ours):
    patient_id = str(patient.pk) if is_ours else "patient-123"

    shell(STORE_A_BLOOD_COUNT.replace("PATIENT", patient_id))
    relay()

    stored = ClinicalData.objects.get(patient_id=patient_id)
    (raw,) = mongo.collection("clinical_data").find({"patient_id": patient_id})
    assert stored.data == BLOOD_COUNT
    assert stored.metadata == {"lab_name": "Central Lab", "technician": "Dr. Smith"}
    assert (raw["data_type"], raw["created_by"]) == ("lab_result", "user-456")
    assert {"created_at", "updated_at"} < set(raw)
    assert [list(raw[name]) for name in ("data", "metadata")] == [["sealed"], ["sealed"]]


def test_both_databases_are_asked_for_one_patient(patient, relay):
    shell(STORE_A_BLOOD_COUNT.replace("PATIENT", str(patient.pk)))
    relay()

    assert shell(QUERY_BOTH.replace("PATIENT", str(patient.pk))) == "Achieng [14.2]\n"


def test_a_page_view_is_tracked(transactional_db):
    shell(TRACK_A_PAGE_VIEW)
    drain(mongo.database())

    (stored,) = mongo.collection("analytics").find()
    assert stored["data"] == PAGE_VIEW
    given = {key: stored[key] for key in ("event_type", "user_id", "session_id", "ip_address")}
    assert given == {
        "event_type": "page_view",
        "user_id": "user-123",
        "session_id": "session-789",
        "ip_address": "192.168.1.100",
    }
    assert "timestamp" in stored


def test_the_five_models_of_the_specification_are_there():
    names = ("ClinicalData", "Analytics", "AuditLog", "DocumentMetadata", "SyncEvent")

    models = [database_service.get_mongo_model(name) for name in names]

    assert [model._get_collection_name() for model in models] == [
        "clinical_data",
        "analytics",
        "audit_logs",
        "document_metadata",
        "sync_events",
    ]
    assert models[:2] == [ClinicalData, Analytics]
