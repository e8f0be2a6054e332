"""Core's tables in the administration."""

from django.contrib import admin
from django.contrib.auth.models import Group

from core.accounts.models import SignInAttempt, User
from core.administration.outbox import Outbox
from core.administration.tables import Mirror, ReadOnly
from core.administration.users import People
from core.counters.models import Counter
from core.crypto.models import DataKey
from core.door.models import HeldForm
from core.editing.models import Draft, UsedKey
from core.factors.models import RecoveryCode, SecondFactor
from core.importing.models import ImportedFile, ImportedResource
from core.live.mirrors import SyncEventMirror
from core.live.models import SyncEpoch, SyncHead
from core.outbox.models import OutboxRow
from core.sessions.models import OpenSession

# What somebody may do comes from roles (core.accounts.roles), never from groups.
admin.site.unregister(Group)
admin.site.register(User, People)
admin.site.register(OutboxRow, Outbox)


@admin.register(SignInAttempt)
class Attempts(ReadOnly):
    list_display = ("username", "ip_address", "at")
    search_fields = ("=username", "=ip_address")
    date_hierarchy = "at"
    ordering = ("-at",)


@admin.register(OpenSession)
class OpenSessions(ReadOnly):
    """Where somebody is signed in. Its key is the cookie, and nobody's to see but its browser's."""

    list_display = fields = (
        "user", "device", "ip_address", "second_step", "signed_in_at", "active_at", "locked_at",
        "expire_date",
    )  # fmt: skip
    list_select_related = ("user",)
    search_fields = ("user__username", "=ip_address")
    ordering = ("-active_at",)


@admin.register(SecondFactor)
class SecondFactors(ReadOnly):
    list_display = fields = ("user", "kind", "name", "added_at", "confirmed_at", "used_at")
    list_select_related = ("user",)
    list_filter = ("kind",)
    search_fields = ("user__username",)


@admin.register(RecoveryCode)
class RecoveryCodes(ReadOnly):
    list_display = fields = ("user", "made_at", "used_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)


@admin.register(HeldForm)
class HeldForms(ReadOnly):
    """That there is one; what was sent belongs to whoever sent it."""

    list_display = fields = ("session", "path", "held_at")
    list_select_related = ("session",)


@admin.register(Draft)
class Drafts(ReadOnly):
    """That there is one; what was typed belongs to whoever types."""

    list_display = fields = ("user", "form", "revision", "saved_at")
    list_select_related = ("user",)
    list_filter = ("form",)
    search_fields = ("user__username",)


@admin.register(UsedKey)
class UsedKeys(ReadOnly):
    list_display = fields = ("key", "user", "action", "used_at")
    list_select_related = ("user",)
    list_filter = ("action",)
    search_fields = ("=key", "user__username")
    ordering = ("-used_at",)


@admin.register(ImportedFile)
class ImportedFiles(ReadOnly):
    list_display = ("path", "position", "started_at", "finished_at")
    search_fields = ("path",)


@admin.register(ImportedResource)
class ImportedResources(ReadOnly):
    list_display = ("resource_type", "resource_id", "entity_type", "entity_id", "imported_at")
    fields = ("source", *list_display)
    list_filter = ("resource_type", "entity_type")
    search_fields = ("=resource_id", "=entity_id")


@admin.register(SyncHead)
class SyncHeads(ReadOnly):
    list_display = ("topic", "seq")
    search_fields = ("topic",)


@admin.register(SyncEpoch)
class SyncEpochs(ReadOnly):
    list_display = ("epoch",)


@admin.register(SyncEventMirror)
class SyncEvents(Mirror):
    list_display = plain = (
        "seq", "topic", "kind", "entity_type", "entity_id", "version", "created_at"
    )  # fmt: skip
    list_filter = ("kind", "entity_type")
    search_fields = ("=topic", "=entity_id")
    ordering = ("-created_at",)


@admin.register(Counter)
class Counters(ReadOnly):
    list_display = ("name", "value")
    search_fields = ("name",)


@admin.register(DataKey)
class DataKeys(ReadOnly):
    """Whose contents are sealed, and with which key its key is wrapped; never the key."""

    list_display = fields = ("id", "owner", "state", "kek_id", "created_at", "shredded_at")
    list_filter = ("state", "kek_id")
    search_fields = ("=owner",)
    ordering = ("-created_at",)
