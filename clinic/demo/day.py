"""A day in full swing: people at every point between the front door and the way out."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from clinic.demo import desk
from clinic.demo.acts import Staff, end, open_visit, staff, taken_in, waits_since
from clinic.demo.chance import dice
from clinic.demo.diary import end_earlier_appointments, keep_the_diary
from clinic.demo.orders import dispense, order_tests, prescribe
from clinic.demo.papers import record_vitals, write_note
from clinic.demo.plans import PLANS, Plan
from core.clock import today
from patients.domain import stops
from patients.models import Patient, Problem, Room, Ticket, Visit
from patients.queries.today import visits_of

State = Visit.State
LEAST_VISITS = 4
GROWN_UP = timedelta(days=18 * 365)


def live_through_the_day() -> dict[str, int]:
    """Today's visits. Those that an earlier day left open are ended first."""
    people = staff()
    desk.begin_shift(by=people.cashier)
    ended = end_earlier_days(people)
    guests = [*zip(PLANS, guests_for(PLANS), arrivals(), strict=False)]
    for plan, patient, arrived_at in guests:
        carry_out(plan, patient, arrived_at, people)
    booked = keep_the_diary(not_here(), people)
    return {"visits": len(guests), "appointments": booked, "ended": ended}


def end_earlier_days(people: Staff) -> int:
    """Nobody of an earlier day is still in the house."""
    left = Visit.objects.exclude(state__in=Visit.ENDED).exclude(tickets=None)
    stayed = list(left.filter(opened_at__date__lt=today()))
    for visit in stayed:
        end(visit, by=people.desk)
    end_earlier_appointments(people)
    return len(stayed)


def guests_for(plans: Sequence[Plan]) -> Iterator[Patient]:
    """Somebody else for each plan, with the problem it asks for as long as there is anybody."""
    free = regulars()
    suffers = set(Problem.objects.filter(patient__in=free).values_list("patient", "code"))
    for plan in plans[: len(free)]:
        fitting = (p for p in free if has_problem(suffers, p, plan.problem))
        guest = next(fitting, free[0])
        free.remove(guest)
        yield guest


def not_here() -> list[Patient]:
    """Regulars who have not come today."""
    came = set(visits_of().values_list("patient", flat=True))
    return [patient for patient in regulars() if patient.pk not in came]


def has_problem(suffers: set[tuple[UUID, str]], patient: Patient, problem: str) -> bool:
    return any(pk == patient.pk and code.startswith(problem) for pk, code in suffers)


def regulars() -> list[Patient]:
    """Grown-up patients who come often and are not here, in an order that looks like none."""
    living = Patient.objects.filter(deceased_at=None, birth_date__lt=today() - GROWN_UP)
    known = living.annotate(times=Count("visits")).filter(times__gte=LEAST_VISITS)
    free = known.exclude(visits__in=Visit.objects.exclude(state__in=Visit.ENDED))
    return sorted(free, key=lambda patient: dice("guest", today(), patient.pk))


def arrivals() -> list[datetime]:
    """When each came: today, however early it still is."""
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    longest = timedelta(minutes=PLANS[-1].minutes_ago + 5)
    share = min(1.0, (now - midnight) / longest)
    return [now - timedelta(minutes=plan.minutes_ago) * share for plan in PLANS]


def carry_out(plan: Plan, patient: Patient, arrived_at: datetime, people: Staff) -> None:
    """Step by step, each by whose work it is, as far as the plan goes."""
    visit = open_visit(patient, plan.kind, plan.reason, arrived_at, by=people.desk)
    if plan.state != State.REGISTERED:
        take_vitals(visit, plan, people)
    if plan.state not in (State.REGISTERED, State.TRIAGED):
        see_the_doctor(visit, plan, people)
    waits_since(visit, plan.minutes_ago // 3)


def take_vitals(visit: Visit, plan: Plan, people: Staff) -> None:
    taken_in(visit, Room.Kind.TRIAGE, by=people.nurse)
    record_vitals(visit, plan.is_ill, by=people.nurse)
    urgent = Ticket.Priority.URGENT if plan.is_ill else ""
    stops.after_triage(visit.pk, priority=urgent, by=people.nurse)


def see_the_doctor(visit: Visit, plan: Plan, people: Staff) -> None:
    doctor = people.doctor(visit.patient)
    taken_in(visit, Room.Kind.CONSULTATION, by=doctor)
    order_tests(visit, plan.tests, people, by=doctor)
    prescription = prescribe(visit, plan.medicines, by=doctor)
    if prescription and plan.handed_out:
        dispense(prescription, plan.handed_out, by=people.pharmacist)
    if plan.state != State.IN_CONSULTATION:
        finish(visit, plan.state, people)


def finish(visit: Visit, state: Visit.State, people: Staff) -> None:
    """Waiting for results, on the way to the cash desk, or done."""
    doctor = people.doctor(visit.patient)
    write_note(visit, "Looks well, vital signs as recorded.", "As ordered.", by=doctor)
    comes_back = state == State.AWAITING_RESULTS
    stops.after_consultation(visit.pk, awaits_results=comes_back, by=doctor)
    if state == State.CLOSED:
        desk.pay(visit, by=people.cashier)
