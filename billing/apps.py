"""The Billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing import listening
        from billing.board import FACTS
        from billing.domain import pricing
        from billing.menu import ENTRIES
        from billing.queries.papers import url_of_number
        from billing.timeline import ADDITIONS
        from core.importing import registry
        from core.live import topics
        from core.shell import menu, scanned
        from core.timeline import registry as timeline
        from patients import cards
        from patients.queries.facts import facts

        registry.announce("billing.fhir")
        timeline.register(*ADDITIONS)
        cards.register(*FACTS)
        facts.provide_test_prices(pricing.test_prices)
        listening.register(topics)
        scanned.register(url_of_number)
        for entry in ENTRIES:
            menu.register(entry)
