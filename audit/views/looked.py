"""Who looked at a record: what a patient may ask for, as a page and on paper."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.forms import LookedForm
from audit.models import Archive
from audit.queries import archived, looks
from audit.queries.looks import Look
from audit.views import words
from core import paper
from core.accounts.access import StaffRequest, access
from core.accounts.roles import Role
from core.clock import today
from core.reads import shows, tell_as
from core.shell.acts import Act
from core.shell.words import clinic_date, clinic_time, person_name
from core.shell.words import mrn as spoken
from core.timeline import queries as timeline
from patients.models import Patient
from patients.queries.record import patient_or_404

LATELY = timedelta(days=90)


@dataclass(frozen=True)
class Line:
    """A person and a day as they are told to the patient."""

    look: Look

    @property
    def who(self) -> str:
        return self.look.user.display_name if self.look.user else "Somebody no longer known"

    @property
    def role(self) -> str:
        roles = self.look.user.roles if self.look.user else []
        return ", ".join(str(Role(role).label) for role in roles)

    @property
    def day(self) -> str:
        return clinic_date(timezone.localtime(self.look.last))

    @property
    def times(self) -> str:
        """`09:14`, or `09:14 to 09:31`."""
        first, last = (clinic_time(at) for at in (self.look.first, self.look.last))
        return first if first == last else f"{first} to {last}"

    @property
    def what(self) -> str:
        return "; ".join(words.did(self.look.acts))

    @property
    def why(self) -> str:
        return "; ".join(sorted(reason for reason in self.look.reasons if reason))


@require_safe
@access("audit.view_record")
def looked(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The last 90 days, or those asked for."""
    whose = patient_or_404(request.user, patient_id)
    return _page(request, whose, LookedForm(request.GET or None, initial=_lately()))


def _page(request: StaffRequest, whose: Patient, form: LookedForm) -> HttpResponse:
    shows([whose.pk])
    tell_as("view_audit", entity_id=whose.pk)
    acts = [
        Act("Record", reverse("patients:record", args=[whose.pk]), key="e"),
        Act("Every entry", reverse("audit:patient", args=[whose.pk])),
    ]
    page = {
        "patient": whose,
        "form": form,
        "lines": _lines(form, whose),
        "archive": _archive(form, whose),
        "acts": acts,
        "query": request.GET.urlencode(),
        "allergies": timeline.head(whose.pk, request.user).facts.get("allergies"),
    }
    return render(request, "audit/looked.html", page)


@require_safe
@access("audit.view_record")
def on_paper(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The same on A4, to be given to the patient. Wrong days print nothing and say so."""
    whose = patient_or_404(request.user, patient_id)
    form = LookedForm(request.GET or None, initial=_lately())
    if form.is_bound and not form.is_valid():
        return _page(request, whose, form)
    data = {**_whose(whose), "rows": _rows(_lines(form, whose)), "title": _title(form)}
    data["archived"] = words.not_here(_archive(form, whose))
    return paper.answer(
        request,
        "audit/looked",
        data,
        filename=f"Who saw the record {whose.mrn}",
        entity_type="audit",
        entity_id=whose.pk,
        patient_id=whose.pk,
    )


def _lately() -> dict[str, Any]:
    return {"since": clinic_date(today() - LATELY), "until": clinic_date(today())}


def _lines(form: LookedForm, whose: Patient) -> list[Line]:
    if form.is_bound and not form.is_valid():
        return []
    return [Line(one) for one in looks.looks(form.filters_of(str(whose.pk), LATELY))]


def _archive(form: LookedForm, whose: Patient) -> Archive | None:
    if form.is_bound and not form.is_valid():
        return None
    return archived.older_than(form.filters_of(str(whose.pk), LATELY))


def _whose(patient: Patient) -> dict[str, Any]:
    name = person_name(patient.family_name, patient.given_names)
    facts = [["Born", clinic_date(patient.birth_date)], ["MRN", spoken(patient.mrn)]]
    return {"patient": {"name": name, "facts": facts}}


def _rows(lines: list[Line]) -> list[list[str]]:
    return [[one.day, one.times, one.who, one.role, one.what, one.why] for one in lines]


def _title(form: LookedForm) -> str:
    since, until = form.days(LATELY)
    return f"Who saw this record, {clinic_date(since)} to {clinic_date(until)}"
