"""The one search box, and the list it fills."""

import re
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.reads import shows, tell_as
from core.shell import scanned, words
from patients.models import Appointment, Patient, Visit
from patients.queries import search as queries
from patients.queries.appointments import booked_today
from patients.queries.plain import plain_words
from patients.queries.scanned import by_code, by_label
from patients.queries.visits import present_or_last

PAGE = 25
IN_THE_BOX = 8


@dataclass(frozen=True)
class Hit:
    """A patient found, as the box and the list draw one."""

    person: Patient
    visit: Visit | None
    marked: SafeString
    booked: Appointment | None = None

    @property
    def id(self) -> str:
        return str(self.person.pk)

    @property
    def url(self) -> str:
        return reverse("patients:record", args=[self.person.pk])

    @property
    def facts(self) -> list[str]:
        person = self.person
        born = (
            f"born {words.clinic_date(person.birth_date)} ({words.age_in_short(person.birth_date)})"
        )
        return [born, str(person.get_sex_display()), f"MRN {words.mrn(person.mrn)}"]

    @property
    def is_here(self) -> bool:
        return self.visit is not None and self.visit.is_open

    @property
    def state(self) -> str:
        if self.visit is not None and self.visit.is_open:
            return str(self.visit.get_state_display())
        return f"Booked today {words.clinic_time(self.booked.begins_at)}" if self.booked else ""

    @property
    def tone(self) -> str:
        return "act" if self.is_here else ""

    @property
    def act(self) -> str:
        """What the desk does with somebody who is not here yet."""
        return "Check in" if self.booked else "Queue"


@require_safe
@access("patients.search")
def search(request: StaffRequest) -> HttpResponse:
    """Results while typing for the box on every page; the same in full as a page of its own.

    A scanned code, and the number of one of today's tickets, open the record at once; the number of
    a receipt or an invoice, that paper.
    """
    text, started = request.GET.get("q", ""), time.perf_counter()
    meant = by_code(request.user, text) or by_label(request.user, text)
    if meant is not None and not request.htmx:
        return redirect("patients:record", meant.pk)
    if not request.htmx and (paper := scanned.address_of(request.user, text)):
        return redirect(paper)
    found = [meant] if meant else queries.find(text)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    in_box = bool(request.htmx) and request.htmx.target == "find-results"
    shown = found[:IN_THE_BOX] if in_box else list(page)
    shows(one.pk for one in shown)
    tell_as("search", asked=queries.in_words(text))
    context: dict[str, Any] = {
        "q": text,
        "page": page,
        "hits": hits(shown, text, request.user),
        "found": len(found),
    }
    context["may_register"] = request.user.has_perm("patients.register")
    context["may_queue"] = request.user.has_perm("visits.open")
    context["key"] = uuid4()
    context["took"] = round((time.perf_counter() - started) * 1000)
    return render(request, _template(request, in_box), context)


def hits(patients: list[Patient], text: str, user: User) -> list[Hit]:
    """What is drawn, with the visit and the appointment of each asked for once for all."""
    visits, typed = present_or_last(patients), queries.understand(text).words
    sees = user.has_perm("appointments.view")
    booked = booked_today(one.pk for one in patients) if sees else {}
    return [
        Hit(one, visits.get(one.pk), marked(one, typed), booked.get(one.pk)) for one in patients
    ]


def marked(patient: Patient, typed: list[str]) -> SafeString:
    """`OKORO, Grace` with what was typed marked in it; everything else escaped."""
    family, given = patient.family_name.strip().upper(), patient.given_names.strip()
    if not family and not given:
        return mark_safe("Name not known")
    comma = ", " if family and given else ""
    return mark_safe(f"<b>{_mark(family, typed)}</b>{comma}{_mark(given, typed)}")  # noqa: S308  (each part is escaped)


def _mark(name: str, typed: list[str]) -> str:
    return "".join(_mark_word(part, typed) for part in re.split(r"([\s'\u2019-]+)", name))


def _mark_word(part: str, typed: list[str]) -> str:
    plain = "".join(plain_words(part))
    longest = max((len(word) for word in typed if plain.startswith(word)), default=0)
    head, tail = part[:longest], part[longest:]
    return f"<mark>{escape(head)}</mark>{escape(tail)}" if head else escape(part)


def _template(request: StaffRequest, in_box: bool) -> str:
    if in_box:
        return "patients/search.html#in-the-box"
    return "patients/search.html#patients" if request.htmx else "patients/search.html"
