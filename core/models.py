"""Core's tables, gathered from its concerns for Django to find."""

from core.accounts.models import SignInAttempt, User
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

__all__ = [
    "Counter",
    "DataKey",
    "Draft",
    "HeldForm",
    "ImportedFile",
    "ImportedResource",
    "OpenSession",
    "OutboxRow",
    "RecoveryCode",
    "SecondFactor",
    "SignInAttempt",
    "SyncEpoch",
    "SyncEventMirror",
    "SyncHead",
    "UsedKey",
    "User",
]
