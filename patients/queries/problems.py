"""The problem list, as a visit sees it."""

from dataclasses import dataclass
from uuid import UUID

from patients.models import Problem, Visit, VisitProblem

MOST = 60


@dataclass(frozen=True)
class Listed:
    """A problem; `is_today` where the visit is about it."""

    problem: Problem
    is_today: bool


@dataclass(frozen=True)
class ProblemList:
    """Active ones, those of the visit first; and those that are over."""

    active: list[Listed]
    past: list[Listed]

    @property
    def today(self) -> list[Listed]:
        return [one for one in self.active if one.is_today]

    @property
    def others(self) -> list[Listed]:
        return [one for one in self.active if not one.is_today]


def problems_of(patient_id: UUID, visit: Visit | None) -> ProblemList:
    """Two questions."""
    about = VisitProblem.objects.filter(visit=visit).values_list("problem_id", flat=True)
    today = set(about) if visit else set()
    known = Problem.objects.filter(patient=patient_id).exclude(state=Problem.State.ENTERED_IN_ERROR)
    listed = [Listed(one, one.pk in today) for one in known.order_by("-recorded_at")[:MOST]]
    active = [one for one in listed if one.problem.state == Problem.State.ACTIVE]
    active.sort(key=lambda one: not one.is_today)
    return ProblemList(active, [one for one in listed if one.problem.state != Problem.State.ACTIVE])
