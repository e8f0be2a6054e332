"""The audit's collections and checkpoints in the administration."""

from django.contrib import admin

from audit.mirrors import AnalyticsMirror, AuditLogMirror
from audit.models import Archive, Checkpoint, Verification
from core.administration.tables import Mirror, ReadOnly


@admin.register(AuditLogMirror)
class AuditLogs(Mirror):
    """What was changed to what is read on the trail, by those who may."""

    list_display = ("seq", "timestamp", "action", "entity_type", "entity_id", "user_id")
    plain = (*list_display, "patient_id", "ip_address", "user_agent", "reason", "metadata")
    list_filter = ("action", "entity_type")
    search_fields = ("=user_id", "=entity_id", "=patient_id")
    date_hierarchy = "timestamp"
    ordering = ("-seq",)


@admin.register(AnalyticsMirror)
class AnalyticsEvents(Mirror):
    list_display = ("event_type", "timestamp", "user_id", "session_id", "ip_address")
    plain = (*list_display, "data", "metadata")
    list_filter = ("event_type",)
    search_fields = ("=user_id", "=session_id")
    date_hierarchy = "timestamp"
    ordering = ("-timestamp",)


@admin.register(Checkpoint)
class Checkpoints(ReadOnly):
    """What `verify_audit` holds the log against: up to which entry it stood so, and since when."""

    list_display = ("seq", "made_at", "hash", "key_id")
    search_fields = ("=seq",)
    date_hierarchy = "made_at"
    ordering = ("-seq",)


@admin.register(Archive)
class Archives(ReadOnly):
    """Which entries are in which file, and no longer in MongoDB."""

    list_display = ("name", "first", "last", "since", "until", "size", "made_at")
    date_hierarchy = "made_at"


@admin.register(Verification)
class Verifications(ReadOnly):
    list_display = ("at", "verdict", "first", "last", "entries", "by", "words")
    list_select_related = ("by",)
    list_filter = ("verdict",)
    date_hierarchy = "at"
