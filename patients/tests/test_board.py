"""The queue board: what each role sees on it, its filters, its moves, and the step back."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from billing.models import Charge, Invoice
from clinical_docs.domain import vitals
from core.accounts.roles import Role
from patients.domain import queue, stops, visits
from patients.models import Allergy, LabRequest, Patient, Room, Ticket, Visit
from patients.queries.board import board
from patients.queries.filters import Filters
from patients.queries.queue import waiting_for
from patients.tests.people import patient

Kind = Room.Kind
BOARD = reverse("patients:queue")


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def ben(person):
    return person(Role.NURSE, given_name="Ben")


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina")


@pytest.fixture
def peter(person):
    return person(Role.CASHIER, given_name="Peter")


@pytest.fixture
def room(db):
    return Room.objects.create(name="Room 1", kind=Kind.CONSULTATION)


@pytest.fixture
def ticket(joy, room):
    """Somebody with an allergy, who waits for a clinician."""
    someone = patient("Okoro", allergy_status=Patient.AllergyStatus.RECORDED)
    Allergy.objects.create(patient=someone, substance="Penicillin")
    return visits.start(someone.pk, service=Kind.CONSULTATION, by=joy)


def move(client, ticket, act, version=None, **sent):
    """As a button of the board sends it."""
    version = Ticket.objects.get(pk=ticket.pk).version if version is None else version
    address = reverse("patients:move", args=[ticket.pk, act])
    return client.post(address, {"version": version, **sent}, headers={"HX-Request": "true"})


def lanes(user, **filters):
    """By lane, the numbers in it."""
    drawn = board(user, Filters(**filters))
    return {lane.name: [str(card.ticket) for card in lane.cards] for lane in drawn.lanes}


def card_of(user, ticket):
    return next(card for card in board(user, Filters()).cards if card.ticket == ticket)


def owes(ticket, amount):
    return Charge.objects.create(
        patient_id=ticket.patient_id,
        visit_id=ticket.visit_id,
        source_type="visit",
        source_id=ticket.visit_id,
        description="Consultation",
        unit_price=Decimal(amount),
    )


def test_a_visit_goes_through_the_columns(ticket, joy, amina, room):
    seen = [where(ticket, joy)]
    queue.call(ticket.pk, room=room, by=amina)
    seen.append(where(ticket, joy))
    queue.begin(ticket.pk, by=amina)
    seen.append(where(ticket, joy))
    stops.after_consultation(ticket.visit_id, stop=Kind.CONSULTATION, awaits_results=True, by=amina)
    seen.append(where(ticket, joy))
    stops.after_consultation(ticket.visit_id, awaits_results=False, by=amina)
    seen.append(where(ticket, joy))
    visits.close(ticket.visit_id, by=joy)

    assert seen == ["waiting", "called", "with", "results", "pay"]
    assert [str(card.ticket) for card in board(joy, Filters(service="done")).done] == ["A001"]


def where(ticket, user):
    return card_of(user, ticket).lane


def test_the_urgent_come_first_then_who_has_waited_longest(joy):
    late = visits.start(patient("Late").pk, by=joy)
    visits.start(patient("Urgent").pk, priority=Ticket.Priority.URGENT, by=joy)
    visits.start(patient("Early").pk, by=joy)
    Ticket.objects.filter(pk=late.pk).update(queued_at=timezone.now() + timedelta(minutes=1))

    assert lanes(joy)["waiting"] == ["A002", "A003", "A001"]


@pytest.mark.parametrize(
    ("minutes", "priority", "tone"),
    [
        (19, "routine", ""),
        (20, "routine", "soon"),
        (45, "routine", "late"),
        (10, "urgent", "soon"),
        (20, "urgent", "late"),
        (5, "emergency", "late"),
    ],
)
def test_a_wait_turns_amber_then_red_sooner_for_the_urgent(minutes, priority, tone, ticket, joy):
    since = timezone.now() - timedelta(minutes=minutes)
    Ticket.objects.filter(pk=ticket.pk).update(queued_at=since, priority=priority)

    assert card_of(joy, ticket).tone == tone


def test_chips_count_what_the_columns_show(ticket, joy, amina):
    visits.start(patient("Asante").pk, service=Kind.LABORATORY, by=joy)
    gone = visits.start(patient("Haile").pk, by=joy)
    queue.leave(gone.pk, by=joy)

    drawn = board(joy, Filters(service="lab"))

    assert [(chip.label, chip.count, chip.on) for chip in drawn.chips] == [
        ("All", 2, False),
        ("Consultation", 1, False),
        ("Nurse", 0, False),
        ("Lab", 1, True),
        ("Pharmacy", 0, False),
        ("Cash", 0, False),
        ("Done", 1, False),
    ]
    assert lanes(joy, service="lab")["waiting"] == ["L001"]


def test_rooms_and_people_filter_and_stand_in_the_address(ticket, joy, amina, room, client):
    other = visits.start(patient("Asante").pk, service=Kind.CONSULTATION, by=joy)
    queue.call(ticket.pk, room=room, by=amina)
    client.force_login(joy)

    page = client.get(BOARD, {"room": str(room.pk), "provider": str(amina.pk)}).content.decode()

    assert f"ticket-{ticket.pk}" in page
    assert f"ticket-{other.pk}" not in page
    assert f"service=lab&amp;room={room.pk}&amp;provider={amina.pk}" in page


@pytest.mark.parametrize("query", ["?service=moon", "?room=1", "?provider=%27", "?service=lab&x=1"])
def test_what_names_nothing_is_left_out(query, ticket, joy, client):
    client.force_login(joy)

    assert client.get(BOARD + query).status_code == 200
    assert Filters.parse({"service": "moon", "room": "1", "provider": "'"}) == Filters()


def test_a_filter_writes_a_short_address(ticket, joy, client):
    client.force_login(joy)
    from_form = {"HX-Request": "true", "HX-Trigger": "queue-filters"}

    answer = client.get(BOARD, {"service": "lab", "room": "", "provider": ""}, headers=from_form)

    assert answer["HX-Push-Url"] == f"{BOARD}?service=lab"


def told(person, role, ticket, client):
    """The board as somebody of the role has it."""
    cache.clear()
    client.force_login(person(role))
    return client.get(BOARD).content.decode()


def test_nobody_is_shown_what_the_role_may_not_see(ticket, amina, person, client):
    LabRequest.objects.create(
        patient_id=ticket.patient_id,
        visit_id=ticket.visit_id,
        name="Malaria film",
        requested_at=timezone.now(),
    )
    pressure = {"pulse": Decimal(77)}
    vitals.record(ticket.patient_id, values=pressure, visit_id=ticket.visit_id, by=amina)
    owes(ticket, "12.50")
    queue.begin(ticket.pk, by=amina)
    secrets = ("Penicillin", "Malaria film", "Vitals", "12.50")

    seen = {
        role: [one for one in secrets if one in told(person, role, ticket, client)]
        for role in (Role.CLINICIAN, Role.RECEPTIONIST, Role.CASHIER, Role.MANAGER)
    }

    assert seen == {
        Role.CLINICIAN: ["Penicillin", "Malaria film", "Vitals"],
        Role.RECEPTIONIST: ["12.50"],
        Role.CASHIER: ["12.50"],
        Role.MANAGER: ["12.50"],
    }
    assert "Has allergies" in told(person, Role.RECEPTIONIST, ticket, client)


def test_tests_are_told_one_by_one(ticket, amina):
    for name, state in (("Malaria film", "in_progress"), ("Full blood count", "verified")):
        LabRequest.objects.create(
            patient_id=ticket.patient_id,
            visit_id=ticket.visit_id,
            name=name,
            state=state,
            requested_at=timezone.now(),
            verified_at=timezone.now() if state == "verified" else None,
        )
    stops.after_consultation(ticket.visit_id, stop=Kind.CONSULTATION, awaits_results=True, by=amina)

    card = card_of(amina, ticket)

    assert [(line.text, line.done) for line in card.lines] == [
        ("Malaria film", False),
        ("Full blood count", True),
    ]
    assert card.results_are_in is False


def test_money_is_what_is_charged_and_not_paid(ticket, peter):
    owes(ticket, "12.50")
    Invoice.objects.create(patient_id=ticket.patient_id, visit_id=ticket.visit_id)

    assert card_of(peter, ticket).owed == Decimal("12.50")


def test_call_names_the_room_and_offers_to_undo_it(ticket, amina, room, client):
    client.force_login(amina)

    answer = move(client, ticket, "call")

    way_back = reverse("patients:undo", args=[queue.last_move(ticket).pk])
    assert answer.status_code == 200
    assert "A001 called to Room 1" in answer["HX-Trigger"]
    assert way_back in answer["HX-Trigger"]
    assert where(ticket, amina) == "called"
    client.post(way_back)
    assert where(ticket, amina) == "waiting"


@pytest.mark.parametrize(
    ("service", "role", "page"),
    [
        (Kind.TRIAGE, Role.NURSE, "/triage/{visit}/"),
        (Kind.CONSULTATION, Role.CLINICIAN, "/visits/{visit}/"),
        (Kind.LABORATORY, Role.LAB, "/lab/?of={patient}"),
        (Kind.PHARMACY, Role.PHARMACIST, "/pharmacy/"),
        (Kind.CASH_DESK, Role.CASHIER, "/till/{patient}/"),
    ],
)
def test_start_opens_the_page_of_the_station(service, role, page, joy, person, client):
    ticket = visits.start(patient().pk, service=service, by=joy)
    client.force_login(person(role))

    answer = move(client, ticket, "start")

    here = {"visit": ticket.visit_id, "patient": ticket.patient_id}
    assert answer["HX-Redirect"] == page.format(**here)
    assert where(ticket, joy) == "with"


def test_the_page_that_start_leads_to_offers_the_way_back_to_the_board(ticket, amina, client):
    client.force_login(amina)
    page = move(client, ticket, "start")["HX-Redirect"]
    way_back = reverse("patients:undo", args=[queue.last_move(ticket).pk])

    shown = client.get(page).content.decode()
    answer = client.post(
        way_back, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    )

    assert f'hx-post="{way_back}"' in shown
    assert answer["HX-Redirect"] == reverse("patients:queue")
    assert "A001: taken back" in client.get(answer["HX-Redirect"]).content.decode()
    assert where(ticket, amina) == "waiting"


def test_the_filled_button_is_of_who_waits_for_me(ticket, joy, amina, peter):
    at_cash = visits.start(patient("Asante").pk, service=Kind.CASH_DESK, by=joy)

    next_up = {user: board(user, Filters()).next_up.ticket for user in (joy, amina, peter)}

    assert next_up == {joy: ticket, amina: ticket, peter: at_cash}


def test_call_asks_for_the_room_once(ticket, amina, room, joy, client):
    second = Room.objects.create(name="Room 2", kind=Kind.CONSULTATION)
    client.force_login(amina)

    asked = move(client, ticket, "call")
    chosen = move(client, ticket, "call", room=second.pk)
    other = visits.start(patient("Asante").pk, service=Kind.CONSULTATION, by=joy)
    again = move(client, other, "call")

    assert (asked.status_code, asked["HX-Retarget"]) == (422, "#ticket-body")
    assert "Choose the room" in asked.content.decode()
    assert "A001 called to Room 2" in chosen["HX-Trigger"]
    assert "A002 called to Room 2" in again["HX-Trigger"]


def test_the_desk_calls_for_the_clinician_who_keeps_the_patient(joy, amina, room, client):
    ticket = visits.start(patient().pk, service=Kind.CONSULTATION, provider=amina, by=joy)
    client.force_login(joy)

    move(client, ticket, "call")

    assert Ticket.objects.get(pk=ticket.pk).provider == amina


def test_a_second_press_has_one_effect_and_the_same_answer(ticket, amina, room, client):
    client.force_login(amina)
    version = ticket.version

    answers = [move(client, ticket, "call", version) for _ in range(2)]

    assert Ticket.objects.get(pk=ticket.pk).called_count == 1
    assert answers[0]["HX-Trigger"] == answers[1]["HX-Trigger"]


@pytest.mark.parametrize("act", ["call", "start", "transfer", "skip", "leave", "close"])
def test_a_colleague_was_quicker_and_the_card_says_who(act, ticket, joy, amina, room, client):
    seen = ticket.version
    queue.call(ticket.pk, room=room, by=amina)
    client.force_login(joy)

    answer = move(client, ticket, act, seen)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert f'id="refusal-{ticket.pk}"' in page
    assert "Dr Amina called A001 at" in page
    assert where(ticket, joy) == "called"


def test_a_form_without_a_version_counts_as_overtaken(ticket, amina, room, client):
    client.force_login(amina)

    assert move(client, ticket, "call", "").status_code == 409


def test_who_has_left_is_told_of_where_no_card_is(ticket, joy, amina, client):
    queue.leave(ticket.pk, by=amina)
    client.force_login(joy)

    answer = move(client, ticket, "skip")

    assert answer.status_code == 409
    assert "A001 is left already." in answer["HX-Trigger-After-Settle"]


def test_a_visit_that_nobody_has_seen_is_not_closed(ticket, joy, client):
    client.force_login(joy)

    answer = move(client, ticket, "close")

    assert answer.status_code == 409
    assert "Nobody has seen this patient yet" in answer.content.decode()


def test_sending_on_names_service_room_and_person(ticket, joy, ben, client):
    treatment = Room.objects.create(name="Treatment", kind=Kind.PROCEDURE)
    client.force_login(joy)

    answer = move(
        client, ticket, "transfer", service="procedure", room=treatment.pk, provider=ben.pk
    )

    sent = Ticket.objects.get(pk=ticket.pk)
    assert "A001 sent to Treatment" in answer["HX-Trigger"]
    assert (sent.service, sent.room, sent.provider) == ("procedure", treatment, ben)


@pytest.mark.parametrize("wrong", ["service", "room", "provider"])
def test_sending_where_nobody_works_is_asked_again(wrong, ticket, joy, amina, room, client):
    sent = {"service": "triage", "room": "", "provider": ""}
    sent[wrong] = {"service": "moon", "room": str(room.pk), "provider": str(amina.pk)}[wrong]
    client.force_login(joy)

    answer = move(client, ticket, "transfer", **sent)

    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert where(ticket, joy) == "waiting"


def test_undo_is_refused_to_others_and_after_somebody_elses_step(ticket, joy, amina, room, client):
    queue.call(ticket.pk, room=room, by=amina)
    address = reverse("patients:undo", args=[queue.last_move(ticket).pk])
    client.force_login(joy)
    of_another = client.post(address)
    queue.begin(ticket.pk, by=amina)
    client.force_login(amina)
    too_late = client.post(address)

    assert [of_another.status_code, too_late.status_code] == [409, 409]
    assert "Only your own last step" in of_another["HX-Trigger"]
    assert "moved since" in too_late["HX-Trigger"]


def test_an_unknown_ticket_or_act_is_not_found(ticket, joy, client):
    client.force_login(joy)

    assert move(client, ticket, "vanish").status_code == 404
    assert client.post(reverse("patients:move", args=[joy.pk, "call"])).status_code == 404
    assert client.get(reverse("patients:ticket", args=[joy.pk])).status_code == 404


def test_whoever_only_looks_has_no_buttons(ticket, person, client):
    client.force_login(person(Role.MANAGER))

    assert "data-act=" not in client.get(BOARD).content.decode()
    assert move(client, ticket, "call").status_code == 403


def test_the_menu_counts_those_who_wait_for_me(ticket, joy, ben, amina, peter, person):
    kenji = person(Role.CLINICIAN)
    for_kenji = visits.start(patient("Asante").pk, service=Kind.CONSULTATION, by=joy)
    Ticket.objects.filter(pk=for_kenji.pk).update(provider=kenji)
    back = visits.start(patient("Back").pk, service=Kind.CONSULTATION, provider=amina, by=joy)
    stops.after_consultation(back.visit_id, stop=Kind.CONSULTATION, awaits_results=True, by=amina)
    waits = LabRequest.objects.create(
        patient_id=back.patient_id, visit_id=back.visit_id, name="TSH", requested_at=timezone.now()
    )

    counts = {user: waiting_for(user) for user in (joy, ben, amina, peter, kenji)}
    LabRequest.objects.filter(pk=waits.pk).update(state="cancelled")

    assert counts == {joy: 2, ben: 0, amina: 1, peter: 0, kenji: 2}
    assert waiting_for(amina) == 2
    assert len(lanes(joy)["waiting"]) == waiting_for(joy)


def test_visits_of_an_import_have_no_card(joy):
    Visit.objects.create(patient=patient("Import"), opened_at=timezone.now())

    assert lanes(joy)["waiting"] == []


def test_a_step_that_never_was_cannot_be_undone(person, client):
    client.force_login(person(Role.NURSE))

    answer = client.post(reverse("patients:undo", args=[uuid4()]))

    assert answer.status_code == 404
