"""Ordering tests: ticked in place, sent together."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.accounts.access import StaffRequest, access
from core.editing.keys import Answer, once
from core.errors import ClinicError
from core.shell.toasts import toast
from core.timeline import queries as timeline
from patients.domain import lab_requests
from patients.models import LabRequest, LabTest, Visit
from patients.queries import orders as queries
from patients.queries.facts import facts
from patients.queries.orders import Orderable
from patients.queries.visits import visit_or_404
from patients.views.banner import banner_of
from patients.views.prescribing import as_id
from patients.views.prescribing_acts import counted

PAGE = "patients/orders.html"
SALT = "patients.orders"


@require_safe
@access("lab.request")
def orders(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The panel for whoever embeds it; a page of its own for whoever opens its address.

    `?all` shows every test, `?q=` those of the name; what is ticked stays in sight.
    """
    visit = visit_or_404(request.user, visit_id)
    context = _context(visit, request.GET)
    if request.htmx:
        part = "tests" if request.htmx.target == "tests" else "panel"
        return render(request, f"{PAGE}#{part}", context)
    head = timeline.head(visit.patient_id, request.user)
    return render(request, PAGE, {**context, **banner_of(request, visit.patient, head)})


@require_POST
@access("lab.request")
def send(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Order what is ticked."""
    visit = visit_or_404(request.user, visit_id)
    try:
        done = _order_once(request, visit)
    except ClinicError as error:
        context = {**_context(visit, request.POST), "error": str(error)}
        return render(request, f"{PAGE}#panel", context, status=422)
    return _told(request, visit, done["said"], undo=done["undo"])


@require_POST
@access("lab.request")
def undo(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Take back what was ordered together: `?of=` says what, signed."""
    visit = visit_or_404(request.user, visit_id)
    try:
        ids = [UUID(one) for one in signing.loads(request.GET.get("of", ""), salt=SALT)]
        taken = lab_requests.cancel_all(ids, by=request.user)
    except signing.BadSignature:
        return _told(request, visit, "There is nothing to take back.")
    except ClinicError as error:
        return toast(_panel(request, visit), str(error), kind="danger")
    return _told(request, visit, f"{counted(len(taken), 'order')} taken back.")


@require_POST
@access("lab.request")
def cancel(request: StaffRequest, visit_id: UUID, request_id: UUID) -> HttpResponse:
    """Take one order back."""
    visit = visit_or_404(request.user, visit_id)
    get_object_or_404(visit.labrequest_set, pk=request_id)
    try:
        taken = lab_requests.cancel(request_id, by=request.user)
    except ClinicError as error:
        return toast(_panel(request, visit), str(error), kind="danger")
    return _told(request, visit, f"{taken.name} taken back.")


def _order_once(request: StaffRequest, visit: Visit) -> Answer:
    key = as_id(request.POST.get("key", ""))
    if key is None:
        raise lab_requests.NothingOrdered("The form was not whole when it was sent. Send it again.")
    tests, priority = ticked(request.POST), priority_of(request.POST)
    content = {"visit": str(visit.pk), "tests": sorted(map(str, tests)), "priority": priority}

    def work() -> Answer:
        done = lab_requests.order(visit.pk, tests, priority=priority, by=request.user)
        of = signing.dumps([str(one.pk) for one in done.requests], salt=SALT)
        return {
            "said": in_words(done),
            "undo": f"{reverse('patients:undo_orders', args=[visit.pk])}?of={of}",
        }

    return once(key, work, action="order tests", content=content, by=request.user)


def in_words(done: lab_requests.Ordered) -> str:
    names = ", ".join(one.name for one in done.requests[:3])
    more = f" and {len(done.requests) - 3} more" if len(done.requests) > 3 else ""
    known = f" {counted(len(done.known), 'test')} had been ordered before." if done.known else ""
    return f"Ordered {names}{more}.{known}"


def ticked(sent: QueryDict) -> set[UUID]:
    return {pk for pk in (as_id(one) for one in sent.getlist("test")) if pk}


def priority_of(sent: Mapping[str, str]) -> str:
    wanted = sent.get("priority", "")
    return wanted if wanted in LabRequest.Priority.values else LabRequest.Priority.ROUTINE


def _told(request: StaffRequest, visit: Visit, said: str, undo: str = "") -> HttpResponse:
    response = _panel(request, visit)
    trigger_client_event(response, f"live:patient:{visit.patient_id}")
    return toast(response, said, undo=undo)


def _panel(request: StaffRequest, visit: Visit) -> HttpResponse:
    return render(request, f"{PAGE}#panel", _context(visit, QueryDict()))


def _context(visit: Visit, sent: QueryDict) -> dict[str, Any]:
    """All that the panel draws, in the same number of questions whatever is shown."""
    tests = list(queries.catalogue())
    asked = queries.asked_in(visit.pk)
    chosen = ticked(sent)
    shown = _shown(tests, chosen, sent)
    prices = facts.test_prices(shown)
    members, last = queries.members_of(tests), queries.last_of(visit.patient_id)
    ordered = {request.test_id: request for request in asked}
    rows = [
        (
            Orderable(test, members.get(test.name, ()), last.get(test.pk), ordered.get(test.pk)),
            prices.get(test.code),
        )
        for test in shown
    ]
    return {
        "visit": visit,
        "patient": visit.patient,
        "rows": rows,
        "chosen": chosen,
        "asked": asked,
        "total": len(tests),
        "q": sent.get("q", ""),
        "all": "all" in sent,
        "priority": priority_of(sent),
        "priorities": LabRequest.Priority.choices,
        "key": uuid4(),
    }


def _shown(tests: list[LabTest], chosen: set[UUID], sent: QueryDict) -> list[LabTest]:
    """What is ticked first of all; then what was looked for, all, or what is ordered most."""
    wanted = sent.get("q", "").lower().split()
    if wanted:
        fits = [test for test in tests if all(word in said_of(test) for word in wanted)]
    elif "all" in sent:
        fits = tests
    else:
        often = {pk: place for place, pk in enumerate(queries.often_ordered())}
        fits = sorted((test for test in tests if test.pk in often), key=lambda t: often[t.pk])
    kept = [test for test in tests if test.pk in chosen and test not in fits]
    return kept + fits


def said_of(test: LabTest) -> str:
    return f"{test.name} {test.code} {test.panel}".lower()
