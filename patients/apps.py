"""The Patients app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        from core.importing import registry

        registry.announce("patients.fhir")
