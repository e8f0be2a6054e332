"""The problem list, and what a visit was about."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.clock import today
from core.errors import ClinicError, Stale
from patients.models import DiagnosisCode, Patient, Problem, Visit, VisitProblem
from patients.policies import require

EDIT = "problems.edit"
ICD_10 = "http://hl7.org/fhir/sid/icd-10-cm"
LONGEST = 500
State = Problem.State


class NotAProblem(ClinicError):
    """There is no such code, or nothing was typed."""


class ChangedMeanwhile(Stale):
    """A colleague changed the problem."""


def add(
    patient_id: UUID, *, code: str = "", title: str = "", visit_id: UUID | None = None, by: User
) -> Problem:
    """Put a problem on the list, by its ICD-10 code or in words; the visit is about it then.

    One that is on the list already is not added twice. Raises NotAProblem or NotAllowed.
    """
    require(by, EDIT)
    title = _title(code, title)
    with acting(user_id=by.pk), transaction.atomic():
        # Two clinicians who add the same follow one another.
        Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
        problem = _known(patient_id, code, title)
        if problem is None:
            problem = Problem.objects.create(
                patient_id=patient_id,
                visit=_visit(patient_id, visit_id),
                code=code,
                code_system=ICD_10 if code else "",
                title=title,
                recorded_at=timezone.now(),
            )
        if visit_id is not None:
            about(visit_id, problem.pk, by=by)
    return problem


def about(visit_id: UUID, problem_id: UUID, *, is_about: bool = True, by: User) -> None:
    """Say that the visit is about this problem of its patient, or that it is not."""
    require(by, EDIT)
    with acting(user_id=by.pk), transaction.atomic():
        problem = Problem.objects.get(pk=problem_id)
        visit = Visit.objects.get(pk=visit_id, patient=problem.patient_id)
        if is_about:
            VisitProblem.objects.get_or_create(
                visit=visit, problem=problem, defaults={"patient_id": visit.patient_id}
            )
        else:
            VisitProblem.objects.filter(visit=visit, problem=problem).delete()


def set_state(problem_id: UUID, state: str, *, version: int | None = None, by: User) -> Problem:
    """Active, inactive, resolved or entered in error; back again is the same.

    Raises ChangedMeanwhile if `version` is given and not the present one, or NotAllowed.
    """
    require(by, EDIT)
    with acting(user_id=by.pk), transaction.atomic():
        problem = Problem.objects.select_for_update(no_key=True).get(pk=problem_id)
        if version is not None and problem.version != version:
            raise ChangedMeanwhile(f"{problem.title} was changed meanwhile; look again.")
        problem.state = State(state)
        problem.resolved_on = today() if state == State.RESOLVED else None
        problem.save(update_fields=["state", "resolved_on"])
        if state == State.ENTERED_IN_ERROR:
            VisitProblem.objects.filter(problem=problem).delete()
        problem.refresh_from_db(fields=["version"])
    return problem


def _title(code: str, title: str) -> str:
    if code:
        known = DiagnosisCode.objects.filter(code=code).first()
        if known is None:
            raise NotAProblem(f"There is no code {code} in ICD-10.")
        return known.title
    title = " ".join(title.split())[:LONGEST]
    if not title:
        raise NotAProblem("Type what the problem is.")
    return title


def _known(patient_id: UUID, code: str, title: str) -> Problem | None:
    """Active, or set active again: what comes back is the same problem."""
    same = Q(code=code) if code else Q(title__iexact=title)
    listed = Problem.objects.filter(same, patient=patient_id)
    problem = listed.exclude(state=State.ENTERED_IN_ERROR).order_by("state").first()
    if problem is not None and problem.state != State.ACTIVE:
        problem.state, problem.resolved_on = State.ACTIVE, None
        problem.save(update_fields=["state", "resolved_on"])
    return problem


def _visit(patient_id: UUID, visit_id: UUID | None) -> Visit | None:
    return Visit.objects.get(pk=visit_id, patient=patient_id) if visit_id else None
