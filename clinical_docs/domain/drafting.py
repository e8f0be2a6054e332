"""Writing the note of a visit, before it is signed: nobody's words are lost to anybody else's.

A page sends a section with the version it came from. Where somebody else saved that section since,
theirs stays, mine is kept among the older drafts, and I am told.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.choices import LONGEST_NOTE, SECTIONS
from clinical_docs.domain import revisions
from clinical_docs.models import NoteDraft, NoteRevision, NoteTemplate
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale

WRITE = "consult.write"


class TooLong(ClinicError):
    """More than a note may hold."""


class Clashing(Stale):
    """Somebody else wrote in the same section."""


class GoneMeanwhile(Stale):
    """The note one was writing has been signed or put away in another window."""

    def __init__(self) -> None:
        super().__init__(
            "The note was signed or put away in another window. What you typed is under Older drafts."
        )


@dataclass(frozen=True)
class Typed:
    """A section as it stands on a page, and the version the page was given."""

    text: str
    version: int


@dataclass(frozen=True)
class Clash:
    """A section that somebody else saved in the meantime."""

    name: str
    text: str
    version: int
    by: str
    at: str


@dataclass
class Kept:
    """What a save came to."""

    draft: NoteDraft
    clashes: list[Clash] = field(default_factory=list)
    changed: bool = False


def save(visit_id: UUID, typed: Mapping[str, Typed], *, page: str, by: User) -> Kept:
    """Keep what differs; a section somebody else saved since its version comes back as a clash.

    `page` names the window typed in, which never clashes with itself. Raises TooLong, NotAllowed,
    and GoneMeanwhile, on which the caller has `rescue` keep the words.
    """
    _refuse_long(typed)
    require(by, WRITE)
    _refuse_gone(visit_id, typed)
    with opened(visit_id, by=by) as draft:
        kept = Kept(draft)
        for name, one in typed.items():
            _take(kept, name, one, page, by)
        if kept.changed:
            _store(draft, by)
            revisions.keep(draft, by=by)
        if kept.clashes:
            mine = {clash.name: typed[clash.name].text for clash in kept.clashes}
            revisions.put_aside(visit_id, mine, NoteRevision.Why.NOT_TAKEN, by=by)
    return kept


def restore(visit_id: UUID, revision_id: int, *, by: User) -> NoteRevision | None:
    """Bring back an older draft. The present one is put aside first and returned.

    Raises NoteRevision.DoesNotExist or NotAllowed.
    """
    with opened(visit_id, by=by) as draft:
        wanted = NoteRevision.objects.get(pk=revision_id, visit=visit_id)
        before = revisions.put_aside(visit_id, draft.texts(), NoteRevision.Why.REPLACED, by=by)
        is_whole = wanted.why != NoteRevision.Why.NOT_TAKEN
        names = SECTIONS if is_whole else wanted.texts
        put(draft, {name: wanted.texts.get(name, "") for name in names}, by=by)
    return before


def apply_template(visit_id: UUID, template: NoteTemplate, *, by: User) -> NoteDraft:
    """Fill the sections in which nothing stands; what was written stays."""
    with opened(visit_id, by=by) as draft:
        have = draft.texts()
        draft.template = template.name
        put(draft, {n: t for n, t in template.texts().items() if t and n not in have}, by=by)
    return draft


def discard(visit_id: UUID, *, by: User) -> NoteRevision | None:
    """Put the note away; returns the older draft that holds it, None if there was nothing."""
    with opened(visit_id, by=by) as draft:
        before = revisions.put_aside(visit_id, draft.texts(), NoteRevision.Why.REPLACED, by=by)
        draft.delete()
    return before


@contextmanager
def opened(visit_id: UUID, *, by: User) -> Iterator[NoteDraft]:
    """The visit's draft, locked; a new one where there is none."""
    require(by, WRITE)
    with acting(user_id=by.pk), transaction.atomic():
        NoteDraft.objects.bulk_create(
            [NoteDraft(visit_id=visit_id, saved_by=by)], ignore_conflicts=True
        )
        drafts = NoteDraft.objects.select_for_update(of=("self",)).select_related("visit")
        yield drafts.get(pk=visit_id)


def rescue(visit_id: UUID, typed: Mapping[str, Typed], *, by: User) -> None:
    """Put words aside that were typed on a note that is no more."""
    require(by, WRITE)
    words = {name: one.text for name, one in typed.items()}
    revisions.put_aside(visit_id, words, NoteRevision.Why.NOT_TAKEN, by=by)


def version_of(draft: NoteDraft | None, name: str) -> int:
    """What a page is given with the section's text."""
    return int(draft.sections.get(name, {}).get("version", 0)) if draft else 0


def put(draft: NoteDraft, texts: Mapping[str, str], *, by: User) -> None:
    """Write these sections. Whoever has the note open is behind now."""
    for name, text in texts.items():
        draft.sections[name] = _section(text, version_of(draft, name) + 1, "", by)
    _store(draft, by)


def _take(kept: Kept, name: str, one: Typed, page: str, by: User) -> None:
    stored: dict[str, Any] = kept.draft.sections.get(name, {})
    if one.text == stored.get("text", ""):
        return
    version = stored.get("version", 0)
    if one.version != version and stored.get("page") != page:
        told = (stored.get("text", ""), version, stored.get("by", ""), stored.get("at", ""))
        kept.clashes.append(Clash(name, *told))
        return
    kept.draft.sections[name] = _section(one.text, version + 1, page, by)
    kept.changed = True


def _section(text: str, version: int, page: str, by: User) -> dict[str, Any]:
    at = timezone.now().isoformat()
    return {"text": text, "version": version, "page": page, "by": str(by.pk), "at": at}


def _store(draft: NoteDraft, by: User) -> None:
    draft.saved_at, draft.saved_by = timezone.now(), by
    draft.save(update_fields=["sections", "template", "amends", "saved_at", "saved_by"])


def _refuse_gone(visit_id: UUID, typed: Mapping[str, Typed]) -> None:
    """What came from a note that is no more is not made a second note of."""
    came_from_one = any(one.version for one in typed.values())
    if came_from_one and not NoteDraft.objects.filter(pk=visit_id).exists():
        raise GoneMeanwhile


def _refuse_long(typed: Mapping[str, Typed]) -> None:
    if sum(len(one.text) for one in typed.values()) > LONGEST_NOTE:
        raise TooLong(f"A note has at most {LONGEST_NOTE} characters; sign it and begin another.")
