"""Fragments of a patient's record."""

from django.urls import path

from clinical_docs.views import fragments, writing

app_name = "clinical_docs"
urlpatterns = [
    path("patients/<uuid:patient_id>/measured/", fragments.measured, name="measured"),
    path("patients/<uuid:patient_id>/note/", writing.note, name="note"),
    path("patients/<uuid:patient_id>/vitals/", writing.record_vitals, name="vitals"),
]
