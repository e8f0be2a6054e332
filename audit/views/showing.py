"""What both trails show: the form, the lines, what is delayed."""

from typing import Any

from django.http import QueryDict

from audit.forms import TrailForm
from audit.queries import archived, choices, trail
from audit.queries.trail import Cursor, Page
from audit.views import words
from audit.views.lines import lines
from core.accounts.access import StaffRequest

NO_PLACE = "The address names no place in the trail. These are the newest entries."


def form_of(data: QueryDict, patient_id: str = "") -> TrailForm:
    """The filters as asked for in the address, with what can be chosen."""
    form = TrailForm(data, patient_id=patient_id)
    form.offer("action", choices.known("action", patient_id), words.act, "Anything")
    form.offer("entity", choices.known("entity_type", patient_id), words.thing, "Anything")
    return form


def shown(request: StaffRequest, form: TrailForm) -> dict[str, Any]:
    """A page of the trail for a template; a form with an error shows no entries."""
    asked = request.GET.get("before", "")
    before = Cursor.parse(asked) if asked else None
    page = trail.page(form.filters, before) if form.is_valid() else Page()
    everything = lines([*page.waiting, *page.entries], request.user)
    return {
        "form": form,
        "page": page,
        "waiting": everything[: len(page.waiting)],
        "lines": everything[len(page.waiting) :],
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "first": before is None,
        "archive": archived.older_than(form.filters) if form.is_valid() else None,
        "lost": NO_PLACE if asked and before is None else "",
    }
