"""The filtered trail as a file for a spreadsheet."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.queries import archived, trail
from audit.queries.state import state
from audit.queries.trail import Cursor, Filters
from audit.views import showing, words
from audit.views.explorer import asked
from audit.views.lines import Line, lines
from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.reads import tell_as
from core.shell.spreadsheets import csv_answer, stamped
from core.shell.words import clinic_date

BATCH = 1000
MOST = 20_000
HEAD = [
    "Entry",
    "Date",
    "Time",
    "Who",
    "Role",
    "Did",
    "What",
    "Id of it",
    "Patient",
    "MRN",
    "Changes",
    "Reason",
    "Address",
    "Browser",
    "Request",
]


@require_safe
@access("audit.view")
def export(request: StaffRequest) -> HttpResponse:
    """At most MOST entries, newest first. A wrong filter exports nothing and says what is wrong.

    Raises ServiceUnavailable without MongoDB, since half a trail would pass for the whole.
    """
    form = showing.form_of(request.GET)
    if not form.is_valid():
        context = showing.shown(request, form) | {"state": state(), "clear_url": "/audit/"}
        return render(request, "audit/explorer.html", context, status=422)
    rows = (cells(line) for line in _everything(form.filters, request.user))
    lacks = words.not_here(archived.older_than(form.filters))
    answer = csv_answer(stamped("audit"), HEAD, rows, above=[[lacks]] if lacks else ())
    tell_as("export", entity_type="audit", format="csv", filters=asked(form))
    return answer


def cells(line: Line) -> list[str]:
    """One line; what is empty there is empty here."""
    at = timezone.localtime(line.at)
    return [
        str(line.seq or ""),
        clinic_date(at),
        f"{at:%H:%M:%S}",
        line.who,
        line.role,
        line.act,
        line.thing,
        line.thing_id,
        str(line.patient or line.patient_id),
        str(line.patient.mrn) if line.patient else "",
        "; ".join(change.sentence for change in line.changes),
        line.reason,
        line.address,
        line.browser,
        line.request_id,
    ]


def _everything(filters: Filters, reader: User) -> Iterator[Line]:
    before: Cursor | None = None
    for _ in range(MOST // BATCH):
        found = trail.entries(filters, before, BATCH)
        yield from lines(found, reader, leaves=True)
        if len(found) < BATCH:
            return
        before = Cursor.after(found[-1])
