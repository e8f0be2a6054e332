"""Core's tables, gathered from its concerns for Django to find."""

from core.accounts.models import SignInAttempt, User
from core.counters.models import Counter
from core.crypto.models import DataKey
from core.editing.models import Draft, UsedKey
from core.importing.models import ImportedFile, ImportedResource
from core.live.mirrors import SyncEventMirror
from core.live.models import SyncEpoch, SyncHead
from core.outbox.models import OutboxRow

__all__ = [
    "Counter",
    "DataKey",
    "Draft",
    "ImportedFile",
    "ImportedResource",
    "OutboxRow",
    "SignInAttempt",
    "SyncEpoch",
    "SyncEventMirror",
    "SyncHead",
    "UsedKey",
    "User",
]
