"""The Billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.timeline import ADDITIONS
        from core.importing import registry
        from core.timeline import registry as timeline

        registry.announce("billing.fhir")
        timeline.register(*ADDITIONS)
