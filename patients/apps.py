"""The Patients app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = "Patients"

    def ready(self) -> None:
        from core.accounts import access
        from core.administration import tables
        from core.importing import registry
        from core.live import topics
        from core.shell import menu
        from core.timeline import registry as timeline
        from patients import cards, listening
        from patients.board import FACTS
        from patients.menu import ENTRIES
        from patients.queries.glass import is_part_of_shut
        from patients.timeline import ADDITIONS
        from patients.views.glass import gate

        access.guard_with(gate)
        tables.shut_by(is_part_of_shut)
        registry.announce("patients.fhir")
        timeline.register(*ADDITIONS)
        for entry in ENTRIES:
            menu.register(entry)
        listening.register(topics)
        cards.register(*FACTS)
