"""Pages about patients."""

from django.urls import path

from patients.views import edit, record, search

app_name = "patients"
urlpatterns = [
    path("patients/", search.search, name="search"),
    path("patients/register/", edit.register, name="register"),
    path("patients/register/alike/", edit.alike, name="alike"),
    path("patients/<uuid:patient_id>/", record.record, name="record"),
    path("patients/<uuid:patient_id>/banner/", record.banner, name="banner"),
    path("patients/<uuid:patient_id>/edit/", edit.edit, name="edit"),
]
