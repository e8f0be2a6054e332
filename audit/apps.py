"""The Audit app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from audit.documents import Analytics, AuditLog
        from audit.menu import ENTRIES
        from audit.sinks import AuditSink
        from core.databases import registry
        from core.relay import sinks
        from core.shell import menu

        registry.register(AuditLog, Analytics)
        sinks.register(AuditSink())
        for entry in ENTRIES:
            menu.register(entry)
