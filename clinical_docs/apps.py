"""The Clinical documents app."""

from django.apps import AppConfig


class ClinicalDocsConfig(AppConfig):
    name = "clinical_docs"
    verbose_name = "Clinical documents"

    def ready(self) -> None:
        from clinical_docs.board import FACTS
        from clinical_docs.documents import ClinicalData, DocumentMetadata
        from clinical_docs.domain import revisions, sweeping
        from clinical_docs.listening import may_hear_visit
        from clinical_docs.menu import ENTRIES
        from clinical_docs.models import Document, Letter
        from clinical_docs.queries import bedside
        from clinical_docs.timeline import ADDITIONS
        from core import upkeep
        from core.databases import registry
        from core.importing import registry as importing
        from core.live import topics
        from core.shell import menu
        from core.timeline import registry as timeline
        from patients import cards
        from patients.queries import whose
        from patients.queries.facts import facts

        registry.register(ClinicalData, DocumentMetadata)
        importing.announce("clinical_docs.fhir")
        timeline.register(*ADDITIONS)
        for entry in ENTRIES:
            menu.register(entry)
        cards.register(*FACTS)
        facts.provide_weight(bedside.weight_today)
        facts.provide_pregnancy(bedside.pregnant)
        topics.allow("visit", may_hear_visit)
        whose.register("letter_id", Letter)
        whose.register("document_id", Document)
        upkeep.also("older drafts of notes", revisions.outlived)
        upkeep.also_do("files of nobody", sweeping.tidy)
