"""Core: what has no clinical word in it."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        from core.capture import context
        from core.databases import checks, mongo, registry
        from core.live.documents import SyncEvent
        from core.live.sinks import SyncSink
        from core.outbox import wake
        from core.relay import sinks
        from core.shell import logs

        logs.configure()
        # Capture first: its wrapper must have announced the actor before the write is counted.
        connection_created.connect(context.install, dispatch_uid="capture")
        connection_created.connect(wake.install, dispatch_uid="wake")
        sinks.register(SyncSink())
        registry.register(SyncEvent)
        register(checks.application_role, Tags.database)
        mongo.connect_documents()
