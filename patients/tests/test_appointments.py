"""Times kept: nobody in two places, one click at the desk, and every step can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from core.errors import NotAllowed
from core.testing.pages import form_on
from patients.domain import appointments, arrivals, queue, stops, visits
from patients.domain.tickets import MovedMeanwhile
from patients.models import Appointment, Room, Ticket, Visit
from patients.queries.appointments import next_free
from patients.queries.day import plan_of
from patients.tests.people import patient

State = Appointment.State
QUARTER = timedelta(minutes=15)


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina")


@pytest.fixture
def desk(client, joy):
    client.force_login(joy)
    return client


@pytest.fixture
def noon():
    """A time that is still to come, whatever the clock says."""
    return timezone.localtime().replace(second=0, microsecond=0) + timedelta(hours=1)


def booked(provider, whom=None, *, begins_at=None, minutes=15, **facts) -> Appointment:
    """A row, whatever the time: the past cannot be booked."""
    begins = begins_at or timezone.now() - timedelta(minutes=20)
    period = DateTimeTZRange(begins, begins + timedelta(minutes=minutes))
    whom = whom or patient()
    return Appointment.objects.create(patient=whom, provider=provider, period=period, **facts)


def state_of(appointment) -> str:
    return Appointment.objects.get(pk=appointment.pk).state


def press(client, act, appointment):
    path = reverse(f"patients:{act}", args=[appointment.pk])
    return client.post(path, headers={"HX-Request": "true"})


def test_booking_keeps_the_time(joy, amina, noon):
    made = appointments.book(
        patient().pk, provider=amina, begins_at=noon, minutes=15, reason=" Cough ", by=joy
    )

    assert (made.state, made.reason, made.length) == ("booked", "Cough", QUARTER)


def test_a_taken_provider_is_refused_with_who_has_the_time(joy, amina, noon):
    booked(amina, begins_at=noon)
    facts = {"provider": amina, "begins_at": noon + timedelta(minutes=10), "minutes": 15, "by": joy}

    with pytest.raises(appointments.Taken) as refused:
        appointments.book(patient("Musa, Ibrahim").pk, **facts)

    until = f"{timezone.localtime(noon + QUARTER):%H:%M}"
    assert str(refused.value) == f"Dr Amina has OKORO, Grace then, until {until}."
    assert Appointment.objects.count() == 1


def test_times_may_touch(joy, amina, noon):
    booked(amina, begins_at=noon)

    appointments.book(
        patient("B, Two").pk, provider=amina, begins_at=noon + QUARTER, minutes=15, by=joy
    )

    assert Appointment.objects.count() == 2


def test_a_patient_cannot_be_in_two_places(joy, amina, person, noon):
    first = booked(amina, begins_at=noon)
    other = person(Role.CLINICIAN, given_name="Kenji")

    with pytest.raises(appointments.Taken, match="OKORO, Grace is with Dr Amina then"):
        appointments.book(first.patient_id, provider=other, begins_at=noon, minutes=30, by=joy)


def test_a_room_holds_one_at_a_time(joy, amina, person, noon):
    room = Room.objects.create(name="Room 1")
    booked(amina, begins_at=noon, room=room)
    other, whom = person(Role.CLINICIAN, given_name="Kenji"), patient("B, Two")

    with pytest.raises(appointments.Taken, match="Room 1 is taken then by Dr Amina"):
        appointments.book(whom.pk, provider=other, begins_at=noon, minutes=15, room=room, by=joy)


def test_overbooking_is_for_those_who_may_and_never_doubles_a_patient(joy, amina, noon):
    first = booked(amina, begins_at=noon)
    facts = {"provider": amina, "begins_at": noon, "minutes": 15, "overbook": True}

    with pytest.raises(NotAllowed):
        appointments.book(patient("B, Two").pk, by=joy, **facts)
    squeezed = appointments.book(patient("C, Three").pk, by=amina, **facts)

    assert squeezed.overbooked
    with pytest.raises(appointments.Taken):
        appointments.book(first.patient_id, by=amina, **facts)


def test_the_database_itself_refuses_a_double_booking(amina, noon):
    booked(amina, begins_at=noon)

    with pytest.raises(IntegrityError, match="appointments_one_a_provider"), transaction.atomic():
        booked(amina, patient("B, Two"), begins_at=noon)


@pytest.mark.parametrize("minutes", [0, -5, 481])
def test_an_appointment_takes_some_time_but_no_day(joy, amina, noon, minutes):
    with pytest.raises(appointments.NoSuchTime, match="between 1 minute and 8 hours"):
        appointments.book(patient().pk, provider=amina, begins_at=noon, minutes=minutes, by=joy)


def test_the_past_cannot_be_booked(joy, amina, noon):
    yesterday = noon - timedelta(days=1)

    with pytest.raises(appointments.NoSuchTime, match="has passed"):
        appointments.book(patient().pk, provider=amina, begins_at=yesterday, minutes=15, by=joy)


def test_nobody_is_booked_who_has_died(joy, amina, noon):
    dead = patient(deceased_at=timezone.now() - timedelta(days=1))

    with pytest.raises(visits.NotToBeSeen, match="has died; no appointment"):
        appointments.book(dead.pk, provider=amina, begins_at=noon, minutes=15, by=joy)


def test_the_next_free_time_is_after_what_is_taken(amina, noon):
    booked(amina, begins_at=noon)
    booked(amina, patient("B, Two"), begins_at=noon + 2 * QUARTER)

    ends = timezone.localtime(noon + 4 * QUARTER).date() == timezone.localtime(noon).date()
    expected = noon + QUARTER if ends else None
    assert next_free(amina, noon, QUARTER) in (noon + QUARTER, expected)


def test_checking_in_is_arrived_with_a_visit_and_a_ticket(desk, amina):
    appointment = booked(amina, reason="Follow-up")

    answer = press(desk, "check_in", appointment)

    ticket = Ticket.objects.select_related("visit").get()
    assert answer.status_code == 204
    assert "A001" in answer.headers["HX-Trigger"]
    assert reverse("patients:print_ticket", args=[ticket.pk]) in answer.headers["HX-Trigger"]
    assert state_of(appointment) == "arrived"
    visit = ticket.visit
    assert (visit.kind, visit.reason, visit.clinician) == ("appointment", "Follow-up", amina)


def test_queueing_somebody_with_an_appointment_today_checks_it_in(desk, amina):
    appointment = booked(amina, begins_at=timezone.now())
    path = reverse("patients:arrive", args=[appointment.patient_id])

    answer = desk.post(path, {"key": str(uuid4())})

    assert (answer.status_code, state_of(appointment)) == (204, "arrived")


def test_somebody_queued_as_a_walk_in_keeps_that_ticket(joy, amina):
    appointment = booked(amina, begins_at=timezone.now())
    walked_in = visits.start(appointment.patient_id, by=joy)

    ticket = appointments.check_in(appointment.pk, by=joy)

    assert (ticket, state_of(appointment)) == (walked_in, "arrived")
    appointments.undo(appointment.pk, by=joy)
    assert Visit.objects.get().is_open


def test_undoing_a_check_in_takes_the_ticket_back(desk, amina):
    appointment = booked(amina)
    press(desk, "check_in", appointment)

    answer = press(desk, "undo_appointment", appointment)

    assert (answer.status_code, state_of(appointment)) == (204, "booked")
    assert (Ticket.objects.get().state, Visit.objects.get().state) == ("done", "cancelled")
    assert "A002" in press(desk, "check_in", appointment).headers["HX-Trigger"]


def test_nobody_takes_back_the_arrival_of_somebody_who_was_called(joy, amina):
    appointment = booked(amina)
    ticket = appointments.check_in(appointment.pk, by=joy)
    queue.call(ticket.pk, by=amina)

    with pytest.raises(MovedMeanwhile, match="Dr Amina called A001"):
        appointments.undo(appointment.pk, by=joy)

    assert state_of(appointment) == "arrived"


def test_a_second_check_in_says_what_the_appointment_is(desk, amina):
    appointment = booked(amina)
    press(desk, "check_in", appointment)

    again = press(desk, "check_in", appointment)

    assert again.status_code == 409
    assert "The appointment of OKORO, Grace is arrived already." in again.headers["HX-Trigger"]
    assert Ticket.objects.count() == 1


def test_a_no_show_can_come_after_all_though_the_time_was_given_away(desk, amina, joy):
    appointment = booked(amina, minutes=60)
    press(desk, "no_show", appointment)
    other = booked(amina, patient("B, Two"), minutes=60)

    assert press(desk, "undo_appointment", appointment).status_code == 409
    assert press(desk, "check_in", appointment).status_code == 204

    late = Appointment.objects.get(pk=appointment.pk)
    assert (late.state, late.overbooked, state_of(other)) == ("arrived", True, "booked")


def test_nobody_is_given_up_before_the_time(desk, amina, noon):
    appointment = booked(amina, begins_at=noon)

    answer = press(desk, "no_show", appointment)

    assert "has not begun yet" in answer.headers["HX-Trigger"]
    assert state_of(appointment) == "booked"


def test_a_cancelled_time_is_free_for_somebody_else(desk, joy, amina, noon):
    appointment = booked(amina, begins_at=noon)
    press(desk, "cancel_appointment", appointment)

    appointments.book(patient("B, Two").pk, provider=amina, begins_at=noon, minutes=15, by=joy)

    assert state_of(appointment) == "cancelled"
    assert "has B, Two then" in press(desk, "undo_appointment", appointment).headers["HX-Trigger"]


def test_the_appointment_follows_its_visit_and_back(joy, amina):
    appointment = booked(amina)
    ticket = appointments.check_in(appointment.pk, service="consultation", by=joy)

    queue.begin(ticket.pk, by=amina)
    seen = [state_of(appointment)]
    stops.after_consultation(ticket.visit_id, by=amina)
    seen.append(state_of(appointment))
    queue.undo(queue.last_move(ticket).pk, by=amina)
    seen.append(state_of(appointment))

    assert seen == ["in_progress", "fulfilled", "in_progress"]


def test_a_time_given_away_does_not_stop_a_step_back(joy, amina, person):
    appointment = booked(amina, minutes=60)
    ticket = appointments.check_in(appointment.pk, service="consultation", by=joy)
    queue.begin(ticket.pk, by=amina)
    stops.after_consultation(ticket.visit_id, by=amina)
    booked(amina, patient("B, Two"), minutes=60)

    queue.undo(queue.last_move(ticket).pk, by=amina)

    assert Visit.objects.get().state == "in_consultation"
    assert state_of(appointment) == "fulfilled"


def test_the_day_counts_agree_with_what_is_shown(joy, amina, desk):
    booked(amina, patient("L, Late"))
    booked(amina, patient("S, Soon"), begins_at=timezone.now() + timedelta(minutes=5))
    arrived = booked(amina, patient("H, Here"), begins_at=timezone.now() - timedelta(hours=2))
    appointments.check_in(arrived.pk, by=joy)

    plan = plan_of(joy, timezone.localdate())

    today = [a for a in Appointment.objects.all() if timezone.localtime(a.begins_at).date() == timezone.localdate()]  # fmt: skip
    assert plan.counts["all"] == len(today)
    assert plan.counts["due"] + plan.counts["here"] == len(today)
    assert plan.counts["late"] == sum(a.patient.family_name == "L" for a in today)


def test_the_page_as_it_is_offered_books(desk, amina, noon):
    whom = patient()
    path = reverse("patients:book_for", args=[whom.pk])
    offered = form_on(desk.get(path), "book")
    typed = {"provider": amina.pk, "day": f"{noon:%d-%b-%Y}", "at": f"{noon:%H%M}"}

    answer = desk.post(path, {**offered, **typed})

    made = Appointment.objects.get()
    assert (made.patient, made.provider, made.begins_at) == (whom, amina, noon)
    assert answer["Location"] == f"{reverse('patients:today')}?day={noon.date()}"
    assert "is booked:" in desk.get(answer["Location"]).content.decode()


def test_a_taken_time_is_refused_on_the_page_with_a_way_out_and_all_that_was_typed(
    desk, amina, noon
):
    booked(amina, begins_at=noon)
    path = reverse("patients:book_for", args=[patient("B, Two").pk])
    typed = {"provider": amina.pk, "day": f"{noon:%d-%b-%Y}", "at": f"{noon:%H:%M}"}

    answer = desk.post(path, {**form_on(desk.get(path), "book"), **typed, "reason": "Cough"})

    assert answer.status_code == 422
    assert "Dr Amina has OKORO, Grace then" in answer.content.decode()
    assert "Cough" in answer.content.decode()
    # The desk may not squeeze anybody in.
    assert 'name="overbook"' not in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("at", "25:00", "Type the time like 09:30."),
        ("at", "noonish", "Type the time like 09:30."),
        ("day", "31-Feb-2027", "Type the day like 02-Mar-2027."),
        ("day", "01-Jan-2999", "years ahead"),
        ("provider", "", "Choose with whom."),
    ],
)
def test_what_cannot_be_understood_is_said_beside_the_field(desk, amina, field, typed, said):
    path = reverse("patients:book_for", args=[patient().pk])
    sent = {"provider": amina.pk, "day": "02-Mar-2027", "at": "9", **{field: typed}}

    answer = desk.post(path, {**form_on(desk.get(path), "book"), **sent})

    assert answer.status_code == 422
    assert [said in error for error in answer.context["form"].errors[field]] == [True]


def test_the_file_has_every_appointment_and_no_formula(desk, amina):
    now = timezone.now()
    booked(amina, patient("Okoro, Grace"), begins_at=now, reason="=1+1")

    lines = desk.get(reverse("patients:today_csv")).content.decode("utf-8-sig").splitlines()

    assert len(lines) == 2
    assert "OKORO, Grace" in lines[1]
    assert "'=1+1" in lines[1]


def test_the_banner_names_the_next_appointment(desk, amina, noon):
    appointment = booked(amina, begins_at=noon + timedelta(days=40))

    page = desk.get(reverse("patients:banner", args=[appointment.patient_id])).content.decode()

    at = timezone.localtime(appointment.begins_at)
    assert f"{at:%d-%b-%Y} {at:%H:%M}, Dr Amina" in page


@pytest.mark.django_db(transaction=True)
def test_fifty_desks_book_one_patient_each_into_one_time(joy, amina, noon):
    people = [patient(f"P, {number}") for number in range(50)]

    def book(whom):
        try:
            appointments.book(whom.pk, provider=amina, begins_at=noon, minutes=15, by=joy)
        except appointments.Taken:
            return "taken"
        finally:
            connection.close()
        return "booked"

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(book, people))

    assert (answers.count("booked"), answers.count("taken")) == (1, 49)


@pytest.mark.django_db(transaction=True)
def test_fifty_desks_check_in_once(joy, amina):
    appointment = booked(amina)

    def come(_):
        try:
            return str(appointments.check_in(appointment.pk, by=joy))
        except appointments.NotBooked:
            return "here"
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(come, range(50)))

    assert (answers.count("A001"), answers.count("here")) == (1, 49)
    assert (Visit.objects.count(), Ticket.objects.count()) == (1, 1)


def test_undo_is_refused_for_what_is_booked_anyway(joy, amina):
    with pytest.raises(appointments.NotBooked):
        appointments.undo(booked(amina).pk, by=joy)


def test_arrivals_of_others_are_not_touched(joy, amina):
    ticket = arrivals.arrive(patient("W, Walker").pk, by=joy)

    appointments.check_in(booked(amina).pk, by=joy)

    assert Ticket.objects.get(pk=ticket.pk).state == "waiting"
