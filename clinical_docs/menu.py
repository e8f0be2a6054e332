"""What clinical documents add to the rail."""

from clinical_docs.queries.inbox import unseen
from clinical_docs.queries.triage import waiting_for_triage
from core.accounts.models import User
from core.shell.menu import MenuEntry
from patients.queries.laboratory import count_waiting


def in_the_lab(user: User) -> int:
    """What the laboratory has to do, whoever asks."""
    return count_waiting()


def to_look_at(user: User) -> int:
    """This clinician's results that nobody has looked at."""
    return unseen(user).count()


TRIAGE = ("triage", "Triage", "heartbeat", "clinical_docs:triage", "triage.view", 14)
LAB = ("lab", "Lab", "flask", "clinical_docs:lab", "lab.view", 50)
RESULTS = ("results", "Results", "inbox", "clinical_docs:results", "results.acknowledge", 18)
ENTRIES = (
    MenuEntry(*TRIAGE, shortcut="g t", count=waiting_for_triage),
    MenuEntry(*LAB, shortcut="g l", count=in_the_lab, hot=True),
    MenuEntry(*RESULTS, shortcut="g r", count=to_look_at, hot=True),
)
