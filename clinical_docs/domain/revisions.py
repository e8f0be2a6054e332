"""Older drafts of a note: a few minutes apart, so many and no more."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from clinical_docs.models import NoteDraft, NoteRevision
from core.accounts.models import User

ONE_EVERY = timedelta(minutes=2)
MOST_OF_A_VISIT = 20
MOST_OF_A_PERSON = 400
KEPT_FOR = timedelta(days=30)


def keep(draft: NoteDraft, *, by: User) -> None:
    """The note as it stands; while somebody types, the same older draft follows for two minutes."""
    texts, now = draft.texts(), timezone.now()
    mine = NoteRevision.objects.filter(visit=draft.pk, by=by)
    newest = mine.order_by("-id").first()
    if newest is not None and _goes_on(newest):
        newest.texts, newest.saved_at = texts, now
        newest.save(update_fields=["texts", "saved_at"])
    else:
        _add(draft.pk, texts, NoteRevision.Why.WRITTEN, by)


def put_aside(
    visit_id: UUID, texts: Mapping[str, str], why: str, *, by: User
) -> NoteRevision | None:
    """Words that would be lost otherwise; None where there are none. The same are kept once."""
    words = {name: text for name, text in texts.items() if text.strip()}
    if not words:
        return None
    kept = NoteRevision.objects.filter(visit=visit_id, by=by, why=why)
    same = next((one for one in kept if one.texts == words), None)
    return same or _add(visit_id, words, why, by)


def outlived() -> QuerySet[NoteRevision]:
    """Those that nobody asked for in a month."""
    return NoteRevision.objects.filter(saved_at__lt=timezone.now() - KEPT_FOR)


def _goes_on(newest: NoteRevision) -> bool:
    is_recent = newest.began_at > timezone.now() - ONE_EVERY
    return is_recent and newest.why == NoteRevision.Why.WRITTEN


def _add(visit_id: UUID, texts: Mapping[str, str], why: str, by: User) -> NoteRevision:
    made = NoteRevision.objects.create(visit_id=visit_id, by=by, why=why, texts=dict(texts))
    _forget_beyond(NoteRevision.objects.filter(visit=visit_id, by=by), MOST_OF_A_VISIT)
    _forget_beyond(NoteRevision.objects.filter(by=by), MOST_OF_A_PERSON)
    return made


def _forget_beyond(theirs: QuerySet[NoteRevision], most: int) -> None:
    too_old = list(theirs.order_by("-id").values_list("pk", flat=True)[most:])
    if too_old:
        NoteRevision.objects.filter(pk__in=too_old).delete()
