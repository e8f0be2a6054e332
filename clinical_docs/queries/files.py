"""Documents as far as somebody may see them, and their bytes."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q, QuerySet

from clinical_docs.choices import Category
from clinical_docs.models import Document, DocumentVersion
from clinical_docs.policies import categories_for
from clinical_docs.queries.places import bound_to
from core.accounts.models import User
from core.crypto.envelope import open_sealed
from core.files import cage
from core.files.kinds import BY_MIME
from core.files.store import FileMissing, store

ARCHIVED = "archived"


def documents_for(user: User) -> QuerySet[Document]:
    """Those whose contents this person may look into."""
    return Document.objects.filter(category__in=categories_for(user)).select_related("patient")


def listed_for(user: User) -> QuerySet[Document]:
    """Those this person may know of: who places holds knows of all, without looking into them."""
    if user.has_perm("documents.hold"):
        return Document.objects.select_related("patient")
    return documents_for(user)


def versions_of(document: Document) -> QuerySet[DocumentVersion]:
    """The newest first."""
    return document.versions.select_related("uploaded_by")


@dataclass(frozen=True)
class Listed:
    """A patient's documents as they are filtered, and how many there are of each category."""

    files: list[DocumentVersion]
    chips: list[tuple[str, str, int]]
    total: int


def listed(user: User, patient_id: UUID, *, category: str = "", q: str = "") -> Listed:
    """The files in force, in one question: what is counted is what is there. `category` may be
    "archived"."""
    in_force = DocumentVersion.objects.filter(patient=patient_id, number=F("document__number"))
    mine = in_force.filter(document__in=listed_for(user))
    newest_first = mine.select_related("document", "uploaded_by").order_by(
        "-document__created_at", "-document_id"
    )
    known = list(newest_first)
    counts = Counter(_place(one.document) for one in known)
    places = [*Category.choices, (ARCHIVED, "Archived")]
    chips = [(value, label, counts[value]) for value, label in places if counts[value]]
    shown = [one for one in known if _fits(one, category, q)]
    return Listed(shown, chips, len(known) - counts[ARCHIVED])


def beside(user: User, document: Document) -> tuple[Document | None, Document | None]:
    """The one before and the one after it in the list of current documents."""
    mine = documents_for(user).filter(patient=document.patient_id, state=Document.State.CURRENT)
    at = (document.created_at, document.pk)
    newer = mine.filter(Q(created_at__gt=at[0]) | Q(created_at=at[0], pk__gt=at[1]))
    older = mine.filter(Q(created_at__lt=at[0]) | Q(created_at=at[0], pk__lt=at[1]))
    return newer.order_by("created_at", "pk").first(), older.first()


def contents(version: DocumentVersion) -> bytes:
    """The file itself. Raises FileMissing, NotAuthentic, KeyShredded, ServiceUnavailable."""
    return _opened(version, version.storage_key, is_thumbnail=False)


def likeness(version: DocumentVersion) -> bytes:
    """A small JPEG of it. Raises as `contents`."""
    return _opened(version, version.thumbnail_key, is_thumbnail=True)


def page(version: DocumentVersion, number: int) -> bytes:
    """A page as a JPEG to look at, counted from 1. Raises as `contents`, Unfit and Busy."""
    return cage.render(BY_MIME[version.mime], contents(version), number)


def _opened(version: DocumentVersion, key: str, *, is_thumbnail: bool) -> bytes:
    place = bound_to(version.document_id, version.number, is_thumbnail=is_thumbnail)
    try:
        sealed = store().get(key)
    except FileNotFoundError as error:
        raise FileMissing from error
    return open_sealed(str(version.patient_id), sealed, place)


def _place(document: Document) -> str:
    is_archived = document.state == Document.State.ARCHIVED
    return ARCHIVED if is_archived else document.category


def _fits(file: DocumentVersion, category: str, q: str) -> bool:
    document, place = file.document, _place(file.document)
    if place != category and (category or place == ARCHIVED):
        return False
    said = f"{document.title} {document.get_category_display()} {file.filename}".casefold()
    return all(word in said for word in q.casefold().split())
