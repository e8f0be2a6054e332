"""What somebody is asked before a file is added, and told when a colleague was quicker."""

from datetime import datetime
from typing import Any

from clinical_docs.models import Document, DocumentVersion
from clinical_docs.policies import categories_for
from core.accounts.models import User
from core.errors import ClinicError, Stale
from core.shell.words import clinic_date, clinic_datetime
from patients.models import Patient

SAME, WHOSE = "same", "whose"


class Asks(ClinicError):
    """Add it all the same? `about` is what a yes confirms; `document` the one it is about."""

    def __init__(self, sentence: str, about: str, document: Document | None = None) -> None:
        super().__init__(sentence)
        self.about, self.document = about, document


class Changed(Stale):
    """Somebody else changed the document; `document` is as it is now."""

    def __init__(self, sentence: str, document: Document) -> None:
        super().__init__(sentence)
        self.document = document


def ask_if_same(patient: Patient, sha256: str, by: User) -> None:
    """Raises Asks if the same bytes were added for this patient before, as far as `by` may know."""
    known = DocumentVersion.objects.filter(patient=patient, sent_sha256=sha256)
    seen = known.filter(document__category__in=categories_for(by))
    found = seen.select_related("document", "uploaded_by").first()
    if found is None:
        return
    at, who = clinic_datetime(found.uploaded_at), found.added_by
    where = "archived as" if found.document.state == Document.State.ARCHIVED else "here as"
    sentence = f"This file is {where} “{found.document.title}” already, added by {who} at {at}."
    raise Asks(sentence, SAME, found.document)


def ask_whose(patient: Patient, whose: dict[str, str]) -> None:
    """Raises Asks if a DICOM image names somebody else, or another day of birth."""
    if sentence := whose_else(patient, whose):
        raise Asks(sentence, WHOSE)


def whose_else(patient: Patient, whose: dict[str, str]) -> str:
    """That a DICOM image is somebody else's by what it says; nothing where it fits or says nothing."""
    other = []
    if (name := whose.get("name", "")) and not _is_name_of(patient, name):
        other.append(f"named {_plain(name)}")
    born = _day(whose.get("birth_date", ""))
    if born and patient.birth_date and born.date() != patient.birth_date:
        other.append(f"born {clinic_date(born.date())}")
    if not other:
        return ""
    return f"The image is of somebody {' and '.join(other)}. This record is {patient}'s."


def check_newest(document: Document, base: int) -> None:
    """Raises Changed unless `base` is the version in force and the document is not archived."""
    if document.state == Document.State.ARCHIVED:
        raise Changed("This document is archived. Restore it before you add a version.", document)
    if document.number != base:
        newest = document.versions.select_related("uploaded_by").get(number=document.number)
        who, at = newest.added_by, clinic_datetime(newest.uploaded_at)
        sentence = f"{who} added version {newest.number} at {at}, after you had opened this."
        raise Changed(f"{sentence} Look at it; yours was not kept yet.", document)


def changed_in_words(document: Document) -> str:
    """Who was quicker, and to what."""
    who = User.objects.filter(pk=str(document.updated_by)).first()
    name = who.display_name if who else "Somebody"
    at = clinic_datetime(document.updated_at)
    kind = document.get_category_display()
    return (
        f"{name} changed this at {at}: it is “{document.title}”, {kind}. Save again to have yours."
    )


def _is_name_of(patient: Patient, given: str) -> bool:
    """`OKORO^GRACE^^Mrs`: the family name must fit, and the given name as far as there is one."""
    family, _, rest = given.casefold().partition("^")
    first = rest.partition("^")[0].split()
    mine = [patient.family_name.casefold(), *patient.given_names.casefold().split()]
    return family.strip() in (mine[0], "") and (not first or first[0] in mine)


def _plain(name: str) -> str:
    return ", ".join(part.strip() for part in name.split("^")[:2] if part.strip())


def _day(text: str) -> Any:
    try:
        return datetime.strptime(text[:8], "%Y%m%d")  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
