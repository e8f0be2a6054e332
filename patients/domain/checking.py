"""Lines of a visit against the patient, each other, and what is being taken."""

from collections.abc import Iterable
from uuid import UUID

from core.shell.words import clinic_date
from patients.domain.cautions import Caution, Taken, cautions, stops
from patients.domain.lines.numbers import plain
from patients.models import Prescription, PrescriptionItem, Visit
from patients.queries import medicines, safety
from patients.queries.safety import Circumstances

Checked = dict[UUID, list[Caution]]


def circumstances_of(visit: Visit, lines: Iterable[PrescriptionItem]) -> Circumstances:
    """The patient, and the rules about what these lines order."""
    return safety.circumstances(visit.patient, [line.item for line in lines if line.item])


def check(
    visit: Visit, lines: Iterable[PrescriptionItem], about: Circumstances | None = None
) -> Checked:
    """What speaks against each of these lines, as everything stands now."""
    lines = list(lines)
    about = about or circumstances_of(visit, lines)
    others = others_of(visit)
    return {
        line.pk: cautions(line.item, before(others, line.pk), about) if line.item else []
        for line in lines
    }


def unsettled(line: PrescriptionItem, found: list[Caution]) -> list[Caution]:
    """Stops that no reason of the line covers."""
    settled = line.metadata.get("settled", []) if line.override_reason else []
    return [one for one in stops(found) if one.key not in settled]


Others = list[tuple[UUID, Taken]]


def others_of(visit: Visit) -> Others:
    """Everything written in this visit or still being taken, each with the id of its line."""
    drafts = [
        line
        for line in medicines.lines_of(visit.pk)
        if line.prescription.state == Prescription.State.DRAFT
    ]
    taken = medicines.taken_now(visit.patient_id)
    replaced = {line.prescription.replaces_id for line in drafts} - {None}
    return [
        (line.pk, Taken(line.item, in_words(line), line in drafts))
        for line in (*drafts, *taken)
        if line.item and line.prescription_id not in replaced
    ]


def before(others: Others, line_id: UUID) -> list[Taken]:
    """What was there when the line was written: of two that do not agree the later is stopped."""
    ids = [pk for pk, _ in others]
    place = ids.index(line_id) if line_id in ids else len(ids)
    return [
        taken
        for at, (_, taken) in enumerate(others)
        if at < place or (at > place and not taken.is_being_written)
    ]


def besides(others: Others, line_id: UUID | None) -> list[Taken]:
    return [taken for pk, taken in others if pk != line_id]


def in_words(line: PrescriptionItem) -> str:
    """`amLODIPine 5 mg tablet, once a day, until 12-Dec-2026`."""
    parts = [line.drug, line.frequency]
    if line.prescription.state in medicines.IN_FORCE:
        parts.append(f"until {clinic_date(medicines.ends_on(line))}")
    elif line.quantity:
        parts.append(f"{plain(line.quantity)} in this prescription")
    return ", ".join(part for part in parts if part)
