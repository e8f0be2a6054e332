"""Pages of the audit."""

from django.urls import path

from audit.views import events, explorer, export, looked, patient, reviews, verifying

app_name = "audit"
urlpatterns = [
    path("audit/", explorer.explorer, name="explorer"),
    path("audit/export/", export.export, name="export"),
    path("audit/export/fhir/", events.events, name="events"),
    path("audit/verify/", verifying.verify_now, name="verify"),
    path("privacy/", reviews.reviews, name="reviews"),
    path("privacy/<uuid:grant_id>/", reviews.review, name="review"),
    path("patients/<uuid:patient_id>/audit/", patient.patient, name="patient"),
    path("patients/<uuid:patient_id>/looked/", looked.looked, name="looked"),
    path("patients/<uuid:patient_id>/looked/print/", looked.on_paper, name="looked_paper"),
]
