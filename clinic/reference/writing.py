"""What a note of a kind asks for."""

from clinic.reference.tables import ReferenceTable, Row
from clinical_docs.choices import SECTIONS
from clinical_docs.models import NoteTemplate


def save_note_template(name: str, rows: list[Row]) -> None:
    texts = {section: rows[0][section] for section in SECTIONS}
    fields = {"place": int(rows[0]["place"]), **texts}
    NoteTemplate.objects.update_or_create(name=name, defaults=fields)


TABLES = (
    ReferenceTable(
        "note_templates", "clinical_docs/data/note_templates.csv", "name", save_note_template
    ),
)
