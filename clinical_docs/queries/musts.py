"""What is still missing before a consultation can be finished."""

from dataclasses import dataclass

from clinical_docs.models import NoteDraft
from patients.domain.checking import check, unsettled
from patients.models import Prescription, PrescriptionItem, Visit, VisitProblem


@dataclass(frozen=True)
class Must:
    """`words` say what is missing, `act` is what is done about it, at `place` on the page."""

    name: str
    words: str
    act: str
    place: str


def lines_not_signed(visit: Visit) -> list[PrescriptionItem]:
    """Medicines written in this visit that nobody has signed."""
    drafts = Prescription.State.DRAFT
    items = PrescriptionItem.objects.filter(prescription__visit=visit, prescription__state=drafts)
    return list(items.select_related("item", "prescription"))


def musts(visit: Visit, *, has_note: bool | None) -> list[Must]:
    """In the order they are put right. `has_note` is None where nobody can tell at present."""
    draft = NoteDraft.objects.filter(pk=visit.pk).first()
    lines = lines_not_signed(visit)
    about = VisitProblem.objects.filter(visit=visit)
    found = [
        _note(draft, has_note),
        None if about.exists() else PROBLEM,
        _prescription(visit, lines) if lines else None,
    ]
    return [one for one in found if one is not None]


PROBLEM = Must("problem", "no problem named", "Name a problem", "problem-search")


def _note(draft: NoteDraft | None, has_note: bool | None) -> Must | None:
    if draft is not None and draft.texts():
        return Must("unsigned", "the note is not signed", "Sign note", "note-sign")
    if has_note is False:
        return Must("note", "no note written", "Write the note", "note-complaint")
    return None


def _prescription(visit: Visit, lines: list[PrescriptionItem]) -> Must:
    """Lines that a warning stops are said first: they cannot be signed as they are."""
    found = check(visit, lines)
    stopped = sum(bool(unsettled(line, found[line.pk])) for line in lines)
    many, what = (stopped, "stopped") if stopped else (len(lines), "not signed")
    said = f"{many} prescription line{'' if many == 1 else 's'} {what}"
    act = "Settle the prescription" if stopped else "See the prescription"
    return Must("prescription", said, act, "prescribing")
