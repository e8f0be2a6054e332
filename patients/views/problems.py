"""The problem list beside a visit: found as one types, added with Enter."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.accounts.access import StaffRequest, access
from core.editing.fields import KeyField, told
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.domain import problems
from patients.models import Patient, Problem, Visit
from patients.queries import diagnoses
from patients.queries.plain import plain_words
from patients.queries.problems import Listed, ProblemList, problems_of
from patients.queries.record import patient_or_404

SEE, EDIT = "patients.view_clinical", "problems.edit"
MOST_KNOWN = 3
SAID = {
    "active": "{} is active again.",
    "inactive": "{} is set inactive.",
    "resolved": "{} is resolved.",
    "entered_in_error": "{} is taken off the list.",
}


class ProblemForm(forms.Form):
    """One of the two: a code, or what it is in words."""

    key = KeyField()
    code = forms.CharField(required=False, max_length=10)
    title = forms.CharField(required=False, max_length=problems.LONGEST)


@require_http_methods(["GET", "POST"])
@access(SEE)
def list_of(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The list; POST adds a problem to it. `?visit=` says which visit is about them."""
    patient = patient_or_404(request.user, patient_id)
    visit = _visit(patient, request.GET.get("visit", ""))
    if request.method == "POST":
        return _add(request, patient, visit)
    return _panel(request, patient, visit)


@require_safe
@access(EDIT)
def search(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """What fits: problems on the list first, then ICD-10, then the words themselves."""
    patient = patient_or_404(request.user, patient_id)
    visit = _visit(patient, request.GET.get("visit", ""))
    text = " ".join(request.GET.get("q", "").split())[: diagnoses.LONGEST]
    listed = problems_of(patient.pk, visit)
    known = [one for one in (*listed.active, *listed.past) if _fits(one.problem, text)]
    codes = {one.problem.code for one in known}
    found = [one for one in diagnoses.find(text) if one.code not in codes]
    page = {"q": text, "known": known[:MOST_KNOWN], "found": found, "words": text.lower().split()}
    return render(request, "patients/problems.html#hits", page)


@require_POST
@access(EDIT)
def change(request: StaffRequest, problem_id: UUID) -> HttpResponse:
    """`state` sets it, `about` says whether the visit is about it; a toast takes it back."""
    problem = get_object_or_404(Problem.objects.select_related("patient"), pk=problem_id)
    visit = _visit(problem.patient, request.GET.get("visit", ""))
    try:
        said, undo = _changed(request, problem, visit)
    except ClinicError as error:
        return toast(_panel(request, problem.patient, visit), str(error), kind="warn")
    answer = _panel(request, problem.patient, visit)
    return toast(answer, said, undo=undo) if said else answer


def panel_of(request: StaffRequest, patient: Patient, visit: Visit | None) -> dict[str, Any]:
    """What `patients/problems.html` draws."""
    return {
        "patient": patient,
        "visit": visit,
        "listed": problems_of(patient.pk, visit),
        "form": ProblemForm(),
        "may_edit": request.user.has_perm(EDIT),
    }


def _panel(
    request: StaffRequest, patient: Patient, visit: Visit | None, **more: Any
) -> HttpResponse:
    page = {**panel_of(request, patient, visit), **more}
    answer = render(request, "patients/problems.html", page)
    if request.method == "POST":
        # The page that did it asks at once for what depends on it; others hear of it by the relay.
        trigger_client_event(answer, f"live:patient:{patient.pk}")
    return answer


def _add(request: StaffRequest, patient: Patient, visit: Visit | None) -> HttpResponse:
    form = ProblemForm(request.POST)
    if not form.is_valid():
        return _panel(request, patient, visit, error=told(form))
    before = _listed_already(problems_of(patient.pk, visit), form)
    try:
        added = _add_once(request, patient, visit, form)
    except ClinicError as error:
        return _panel(request, patient, visit, error=str(error))
    answer = _panel(request, patient, visit)
    if before is not None:
        return answer
    undo = _address(added["problem"], visit, "take-back=1")
    return toast(answer, f"{added['title']} added.", undo=undo)


def _add_once(
    request: StaffRequest, patient: Patient, visit: Visit | None, form: ProblemForm
) -> dict[str, Any]:
    code, title = form.cleaned_data["code"], form.cleaned_data["title"]
    visit_id = visit.pk if visit else None

    def work() -> dict[str, Any]:
        made = problems.add(patient.pk, code=code, title=title, visit_id=visit_id, by=request.user)
        return {"problem": str(made.pk), "title": made.title}

    content = {"code": code, "title": title, "patient": patient.pk, "visit": visit_id}
    key = form.cleaned_data["key"]
    return once(key, work, action="add-problem", content=content, by=request.user)


def _changed(request: StaffRequest, problem: Problem, visit: Visit | None) -> tuple[str, str]:
    """What to say, and where it is taken back; nothing for what a second press takes back."""
    if "about" in request.POST and visit is not None:
        is_about = request.POST["about"] == "yes"
        problems.about(visit.pk, problem.pk, is_about=is_about, by=request.user)
        return "", ""
    before = problem.state
    state = _wanted(request)
    problems.set_state(problem.pk, state, version=_version(request), by=request.user)
    if "take-back" in request.GET or "back" in request.GET:
        return SAID[state].format(problem.title), ""
    return SAID[state].format(problem.title), _address(str(problem.pk), visit, f"back={before}")


def _wanted(request: StaffRequest) -> str:
    if "take-back" in request.GET:
        return str(Problem.State.ENTERED_IN_ERROR)
    state = request.GET.get("back") or request.POST.get("state", "")
    if state not in SAID:
        raise Http404
    return state


def _version(request: StaffRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 9 else None


def _address(problem_id: str, visit: Visit | None, query: str) -> str:
    of_visit = f"visit={visit.pk}&" if visit else ""
    return f"{reverse('patients:problem', args=[problem_id])}?{of_visit}{query}"


def _visit(patient: Patient, visit_id: str) -> Visit | None:
    """The patient's own visit of this id; None for anything else."""
    try:
        wanted = UUID(visit_id)
    except ValueError:
        return None
    return Visit.objects.filter(pk=wanted, patient=patient).first()


def _fits(problem: Problem, text: str) -> bool:
    """Every typed word begins a word of the title, or the code begins so."""
    words, have = plain_words(text), plain_words(problem.title)
    begun = all(any(word.startswith(one) for word in have) for one in words)
    return bool(words) and (begun or problem.code.lower().startswith(text.lower()))


def _listed_already(listed: ProblemList, form: ProblemForm) -> Listed | None:
    code, title = form.cleaned_data["code"], form.cleaned_data["title"].casefold()
    same = (
        one
        for one in listed.active
        if (code and one.problem.code == code) or (title and one.problem.title.casefold() == title)
    )
    return next(same, None)
