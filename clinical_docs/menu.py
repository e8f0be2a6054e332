"""What clinical documents add to the rail."""

from clinical_docs.queries.triage import waiting_for_triage
from core.shell.menu import MenuEntry

ENTRIES = (
    MenuEntry(
        "triage",
        "Triage",
        "heartbeat",
        "clinical_docs:triage",
        "triage.view",
        order=14,
        shortcut="g t",
        count=waiting_for_triage,
    ),
)
