"""Triage: from the queue's row to the consultation's queue, once, and back if taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical_docs.domain import triage
from clinical_docs.queries.triage import at_triage, next_to_triage, waiting_for_triage
from core.accounts.roles import Role
from core.editing.models import Draft, UsedKey
from core.errors import NotAllowed
from core.outbox.models import OutboxRow
from core.testing.documents import document_in
from core.testing.pages import form_on
from patients.domain import queue, stops, visits
from patients.models import Room, Ticket, TicketMove, Visit
from patients.tests.people import patient

WELL = {
    "breathing": "16", "oxygen": "98", "supply": "air", "pressure": "124/76", "pulse": "72",
    "consciousness": "A", "temperature": "36.8",
}  # fmt: skip
ILL = {**WELL, "breathing": "22", "oxygen": "94", "pressure": "108/64", "pulse": "112", "temperature": "38.9"}  # fmt: skip


@pytest.fixture
def nurse(person):
    return person(Role.NURSE, given_name="Ben", family_name="Okafor")


@pytest.fixture
def ward(client, nurse):
    client.force_login(nurse)
    return client


@pytest.fixture
def waiting(db, nurse):
    """`waiting("Okoro, Grace", priority="urgent")`: somebody with a ticket at triage."""

    def come(name="Okoro, Grace", *, minutes=0, priority="routine", reason="Fever", **fields):
        fields = {"born": "1988-03-02", **fields}
        ticket = visits.start(
            patient(name, **fields).pk, reason=reason, priority=priority, by=nurse
        )
        Ticket.objects.filter(pk=ticket.pk).update(
            queued_at=timezone.now() - timedelta(minutes=minutes)
        )
        ticket.refresh_from_db()
        return ticket

    return come


def page_of(ticket: Ticket) -> str:
    return reverse("clinical_docs:triage_visit", args=[ticket.visit_id])


def send(ward, ticket, values, **more):
    sent = {"key": str(uuid4()), "reason": ticket.visit.reason, "then": "next", **values, **more}
    return ward.post(page_of(ticket), sent)


def documents() -> list[dict]:
    rows = OutboxRow.objects.filter(kind="document").order_by("id")
    return [document_in(row) for row in rows]


def test_emergencies_come_first_then_whoever_waits_longest(waiting):
    late, early = waiting("Late, Lea", minutes=3), waiting("Early, Eva", minutes=30)
    urgent, emergency = waiting("U, U", priority="urgent"), waiting("E, E", priority="emergency")

    assert list(at_triage()) == [emergency, urgent, early, late]


def test_list_shows_those_at_triage_and_the_rail_counts_those_who_wait(ward, waiting, nurse):
    here, taken, gone = waiting("Here, H"), waiting("Taken, T"), waiting("Gone, G")
    queue.begin(taken.pk, by=nurse)
    stops.after_triage(gone.visit_id, by=nurse)

    page = ward.get(reverse("clinical_docs:triage"))

    assert set(page.context["tickets"]) == {here, taken}
    assert (page.context["asked"].waiting, waiting_for_triage(nurse)) == (1, 1)
    assert "HERE" in page.content.decode()
    assert "GONE" not in page.content.decode()


def test_opening_takes_the_patient_in_and_a_second_time_changes_nothing(ward, waiting, nurse):
    ticket = waiting()
    ward.get(page_of(ticket))
    begin = reverse("clinical_docs:triage_begin", args=[ticket.visit_id])

    for _ in range(2):
        assert ward.post(begin).status_code == 200

    ticket.refresh_from_db()
    assert (ticket.state, ticket.provider) == (Ticket.State.IN_SERVICE, nurse)
    assert TicketMove.objects.filter(act="begin").count() == 1


def test_a_look_alone_moves_nobody(ward, waiting):
    ticket = waiting()

    ward.get(page_of(ticket))

    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.WAITING


def test_a_colleague_who_triages_the_patient_is_named_and_not_pushed_out(ward, waiting, person):
    grace = person(Role.NURSE, given_name="Grace", family_name="Lindqvist")
    ticket = waiting()
    queue.begin(ticket.pk, by=grace)

    ward.post(reverse("clinical_docs:triage_begin", args=[ticket.visit_id]))
    page = ward.get(page_of(ticket)).content.decode()

    ticket.refresh_from_db()
    assert ticket.provider == grace
    assert "Grace Lindqvist is triaging this patient" in page


def test_finishing_stores_hands_over_and_goes_to_the_next(ward, waiting, nurse):
    ticket, other = waiting("Okoro, Grace"), waiting("Diaz, Jo", minutes=9)
    form = form_on(ward.get(page_of(ticket)), "triage-form")

    answer = ward.post(
        page_of(ticket), {**form, **WELL, "reason": "Fever and weakness", "then": "next"}
    )

    (document,) = documents()
    ticket.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, page_of(other))
    assert (ticket.service, ticket.state) == (Room.Kind.CONSULTATION, Ticket.State.WAITING)
    assert (ticket.priority, ticket.visit.state) == ("routine", Visit.State.TRIAGED)
    assert Visit.objects.get(pk=ticket.visit_id).reason == "Fever and weakness"
    assert document["visit_id"] == str(ticket.visit_id)
    assert document["data"]["results"]["news2"] == 0
    assert document["data"]["results"]["consciousness"] == "Alert"


def test_finishing_alone_returns_to_the_list_and_so_does_the_last(ward, waiting):
    first, second = waiting("A, A", minutes=5), waiting("B, B")

    assert send(ward, first, WELL, then="list")["Location"] == reverse("clinical_docs:triage")
    assert send(ward, second, WELL, then="next")["Location"] == reverse("clinical_docs:triage")


@pytest.mark.parametrize(
    ("values", "priority"),
    [
        (WELL, "routine"),
        ({**WELL, "pulse": "95", "breathing": "22"}, "routine"),
        ({**WELL, "pulse": "95", "breathing": "22", "temperature": "39.2"}, "urgent"),
        ({**WELL, "consciousness": "C"}, "urgent"),
        ({"oxygen": "91"}, "urgent"),
        (ILL, "emergency"),
    ],
)
def test_the_score_raises_the_priority(ward, waiting, values, priority):
    ticket = waiting()

    send(ward, ticket, values)

    ticket.refresh_from_db()
    assert ticket.priority == priority


def test_a_priority_is_never_lowered_by_a_score_and_may_be_raised_by_hand(ward, waiting):
    emergency, routine = waiting("A, A", priority="emergency"), waiting("B, B")

    send(ward, emergency, WELL, priority="routine")
    send(ward, routine, WELL, priority="urgent")

    assert [Ticket.objects.get(pk=one.pk).priority for one in (emergency, routine)] == [
        "emergency",
        "urgent",
    ]


def test_sent_twice_has_one_effect(ward, waiting):
    ticket = waiting()
    sent = {"key": str(uuid4()), "reason": "Fever", "then": "list", **WELL}

    answers = [ward.post(page_of(ticket), sent).status_code for _ in range(2)]

    assert (answers, len(documents())) == ([302, 302], 1)
    assert TicketMove.objects.filter(act="transfer").count() == 1


def test_of_two_who_finish_the_second_is_told_and_nothing_is_stored_twice(ward, waiting, person):
    ticket = waiting()
    send(ward, ticket, WELL)

    answer = send(ward, ticket, ILL)

    assert (answer.status_code, len(documents())) == (422, 1)
    assert "has left triage already and is at Consultation" in answer.content.decode()
    assert answer.context["form"]["pulse"].value() == "112"


def test_taken_back_the_patient_is_here_again_as_typed_and_the_values_are_an_error(ward, waiting):
    ticket = waiting()
    send(ward, ticket, ILL, reason="Fever, 2 days")
    key = UsedKey.objects.get(action="triage").key
    undo = reverse("clinical_docs:triage_undo", args=[ticket.visit_id, key])

    answer = ward.post(undo)

    ticket.refresh_from_db()
    assert answer.headers["HX-Redirect"] == page_of(ticket)
    assert (ticket.service, ticket.priority) == (Room.Kind.TRIAGE, "routine")
    stored, error = documents()
    assert (error["supersedes"], error["status"]) == (stored["_id"], "entered_in_error")
    form = form_on(ward.get(page_of(ticket)), "triage-form")
    assert (form["pressure"], form["reason"]) == (["108/64"], ["Fever, 2 days"])


def test_nothing_is_taken_back_once_the_doctor_has_called(ward, waiting, person):
    ticket = waiting()
    send(ward, ticket, WELL)
    queue.call(ticket.pk, by=person(Role.CLINICIAN))
    key = UsedKey.objects.get(action="triage").key

    answer = ward.post(reverse("clinical_docs:triage_undo", args=[ticket.visit_id, key]))

    assert (answer.status_code, len(documents())) == (409, 1)
    assert "moved since" in answer.headers["HX-Trigger"]


def test_nobody_takes_back_what_a_colleague_finished(ward, client, waiting, person):
    ticket = waiting()
    send(ward, ticket, WELL)
    key = UsedKey.objects.get(action="triage").key
    client.force_login(person(Role.NURSE))

    answer = client.post(reverse("clinical_docs:triage_undo", args=[ticket.visit_id, key]))

    assert (answer.status_code, len(documents())) == (409, 1)


def test_a_draft_outlives_the_session_and_is_gone_once_saved(ward, client, waiting, nurse):
    ticket = waiting()
    kept = reverse("editing:draft_of", args=["triage", ticket.visit_id])
    ward.post(kept, {"pulse": "112", "consciousness": "V", "reason": "Fever"})
    client.logout()
    assert client.post(page_of(ticket), WELL)["Location"].startswith("/sign-in/")

    client.force_login(nurse)
    form = form_on(client.get(page_of(ticket)), "triage-form")
    assert (form["pulse"], form["consciousness"]) == (["112"], ["V"])

    send(client, ticket, WELL)
    assert Draft.objects.count() == 0


def test_what_cannot_be_is_refused_beside_the_field_and_what_is_odd_is_not(ward, waiting):
    ticket = waiting()

    refused = send(ward, ticket, {**WELL, "pulse": "400"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["pulse"])
    assert refused.context["form"]["temperature"].value() == "36.8"

    assert send(ward, ticket, {**WELL, "pulse": "190"}).status_code == 302


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.LAB, Role.CASHIER])
def test_the_domain_asks_again(waiting, person, role):
    ticket = waiting()

    with pytest.raises(NotAllowed):
        triage.finish(ticket.visit_id, values={"supply": "air"}, by=person(role))

    assert documents() == []


def test_a_visit_without_a_ticket_may_be_looked_at_only(ward, waiting):
    visit = Visit.objects.create(patient=patient("Diaz, Jo"), opened_at=timezone.now())
    page = reverse("clinical_docs:triage_visit", args=[visit.pk])

    assert ward.get(page).status_code == 200
    answer = ward.post(page, {"key": str(uuid4()), **WELL})

    assert (answer.status_code, documents()) == (422, [])
    assert "not in the house" in answer.content.decode()


def test_a_woman_is_asked_for_a_pregnancy_and_then_not_scored(ward, waiting):
    woman, man = waiting("A, A"), waiting("B, B", sex="male")
    assert "pregnancy" in ward.get(page_of(woman)).context["form"].fields
    assert "pregnancy" not in ward.get(page_of(man)).context["form"].fields

    send(ward, woman, {**ILL, "pregnancy": "yes"})

    data = documents()[0]["data"]
    assert ("news2" in data, data["results"]["pregnancy"]) == (False, "Pregnant")
    woman.refresh_from_db()
    assert woman.priority == "routine"


def test_next_leaves_out_the_one_on_the_screen(waiting):
    here, other = waiting("A, A", minutes=5), waiting("B, B")

    assert list(next_to_triage(but_for=here.visit_id)) == [other]
