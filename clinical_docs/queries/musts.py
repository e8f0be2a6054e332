"""What is still missing before a consultation can be finished."""

from dataclasses import dataclass

from clinical_docs.models import NoteDraft
from patients.models import Prescription, PrescriptionItem, Visit, VisitProblem


@dataclass(frozen=True)
class Must:
    """`words` say what is missing, `act` is what is done about it, at `place` on the page."""

    name: str
    words: str
    act: str
    place: str


def lines_not_signed(visit: Visit) -> int:
    """Medicines written in this visit that nobody has signed."""
    drafts = Prescription.State.DRAFT
    items = PrescriptionItem.objects.filter(prescription__visit=visit, prescription__state=drafts)
    return items.count()


def musts(visit: Visit, *, has_note: bool | None) -> list[Must]:
    """In the order they are put right. `has_note` is None where nobody can tell at present."""
    draft = NoteDraft.objects.filter(pk=visit.pk).first()
    lines = lines_not_signed(visit)
    about = VisitProblem.objects.filter(visit=visit)
    found = [
        _note(draft, has_note),
        None if about.exists() else PROBLEM,
        _prescription(lines) if lines else None,
    ]
    return [one for one in found if one is not None]


PROBLEM = Must("problem", "no problem named", "Name a problem", "problem-search")


def _note(draft: NoteDraft | None, has_note: bool | None) -> Must | None:
    if draft is not None and draft.texts():
        return Must("unsigned", "the note is not signed", "Sign note", "note-sign")
    if has_note is False:
        return Must("note", "no note written", "Write the note", "note-complaint")
    return None


def _prescription(lines: int) -> Must:
    many = "1 prescription line" if lines == 1 else f"{lines} prescription lines"
    return Must("prescription", f"{many} not signed", "See the prescription", "prescribing")
