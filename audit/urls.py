"""Pages of the audit."""

from django.urls import path

from audit.views import explorer, export, patient

app_name = "audit"
urlpatterns = [
    path("audit/", explorer.explorer, name="explorer"),
    path("audit/export/", export.export, name="export"),
    path("patients/<uuid:patient_id>/audit/", patient.patient, name="patient"),
]
