"""Triage, and fragments of a patient's record."""

from django.urls import path

from clinical_docs.views import fragments, triage, writing

app_name = "clinical_docs"
urlpatterns = [
    path("patients/<uuid:patient_id>/measured/", fragments.measured, name="measured"),
    path("patients/<uuid:patient_id>/note/", writing.note, name="note"),
    path("patients/<uuid:patient_id>/vitals/", writing.record_vitals, name="vitals"),
    path("triage/", triage.queue, name="triage"),
    path("triage/<uuid:visit_id>/", triage.visit, name="triage_visit"),
    path("triage/<uuid:visit_id>/begin/", triage.begin, name="triage_begin"),
    path("triage/<uuid:visit_id>/next/", triage.upcoming, name="triage_next"),
    path("triage/<uuid:visit_id>/undo/<uuid:key>/", triage.undo, name="triage_undo"),
]
