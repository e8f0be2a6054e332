"""The Audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from audit.sinks import AuditSink
        from core.relay import sinks

        sinks.register(AuditSink())
