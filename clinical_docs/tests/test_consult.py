"""A consultation on one page: begun without a form, finished when nothing is missing."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinical_docs.choices import LONGEST_NOTE
from clinical_docs.domain import consulting, notes
from clinical_docs.models import NoteDraft, NoteRevision
from clinical_docs.queries import signed
from clinical_docs.queries.follow_up import after
from clinical_docs.queries.signed import notes_of
from core.accounts.roles import Role
from core.clock import today
from core.outbox.models import OutboxRow
from core.testing.documents import followed_by
from core.testing.pages import form_on
from inventory.models import Item
from patients.domain import problems, stops, visits
from patients.models import (
    Allergy,
    AllergyGroup,
    LabRequest,
    Prescription,
    PrescriptionItem,
    Room,
    Ticket,
    Visit,
)
from patients.tests.people import patient
from patients.tests.shelf_list import fill_tables

Kind = Room.Kind
pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina", family_name="Diallo")


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def grace(db):
    return patient("Okoro, Grace", born="1988-03-02")


@pytest.fixture
def visit(grace, joy):
    """Waits for a clinician."""
    return visits.start(grace.pk, service=Kind.CONSULTATION, by=joy).visit


@pytest.fixture
def under_way(visit, amina):
    consulting.begin(visit.pk, by=amina)
    visit.refresh_from_db()
    return visit


@pytest.fixture
def desk(client, amina):
    client.force_login(amina)
    return client


def at(name: str, visit, *args) -> str:
    return reverse(f"clinical_docs:{name}", args=[visit.pk, *args])


def write(desk, visit, **sections):
    """Type into the note as it is on the page."""
    form = form_on(desk.get(at("visit_note", visit)), "note-form")
    return desk.post(at("visit_note", visit), {**form, **sections})


def sign(desk, visit, **sections):
    form = form_on(desk.get(at("visit_note", visit)), "note-form")
    return desk.post(at("note_sign", visit), {**form, **sections})


def finish(desk, visit, **chosen):
    form = form_on(desk.get(at("consult", visit)), "finish")
    return desk.post(at("finish", visit), {**form, **chosen})


def make_ready(desk, visit, amina):
    sign(desk, visit, complaint="Coughs")
    problems.add(visit.patient_id, title="Cough", visit_id=visit.pk, by=amina)


def missing(desk, visit) -> list[str]:
    return [one.name for one in desk.get(at("consult", visit)).context["missing"]]


def where(visit) -> tuple[str, str, str]:
    ticket = Ticket.objects.get(visit=visit)
    visit.refresh_from_db()
    return visit.state, ticket.service, ticket.state


def undo_of(answer) -> str:
    return json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]


def test_starting_asks_for_nothing(desk, visit, amina):
    answer = desk.post(at("begin", visit))

    assert (answer.status_code, answer["Location"]) == (302, at("consult", visit))
    assert where(visit) == ("in_consultation", "consultation", "in_service")
    assert visit.clinician == amina


def test_whoever_waits_elsewhere_is_brought_here(desk, grace, joy, amina):
    visit = visits.start(grace.pk, service=Kind.TRIAGE, by=joy).visit

    desk.post(at("begin", visit))

    assert where(visit) == ("in_consultation", "consultation", "in_service")


def test_a_visit_that_is_over_does_not_begin_again(desk, grace):
    now = timezone.now()
    visit = Visit.objects.create(patient=grace, state="closed", opened_at=now, closed_at=now)

    answer = desk.post(at("begin", visit), follow=True)

    assert "has no ticket" in answer.content.decode()
    assert "Write a note" in answer.content.decode()


def test_opening_it_is_in_the_audit(desk, visit):
    desk.get(at("consult", visit))

    row = OutboxRow.objects.get(kind="fact", action="view")
    assert (row.patient_id, row.changes) == (visit.patient_id, {"page": "clinical_docs:consult"})


def test_what_is_typed_is_kept_and_there_again(desk, under_way):
    answer = write(desk, under_way, complaint="Coughs\r\nsince Monday").json()

    assert set(answer["versions"].values()) == {0, 1}
    assert answer["saved_at"] == f"{timezone.localtime():%H:%M}"
    form = form_on(desk.get(at("consult", under_way)), "note-form")
    assert form["complaint"] == ["Coughs\nsince Monday"]


def test_a_colleague_was_quicker(desk, under_way, client, person):
    form = form_on(desk.get(at("visit_note", under_way)), "note-form")
    write(desk, under_way, plan="Wait")

    answer = desk.post(at("visit_note", under_way), {**form, "plan": "Antibiotic"}).json()

    (clash,) = answer["clashes"]
    assert (clash["section"], clash["text"], clash["by"]) == ("plan", "Wait", "Dr Amina Diallo")
    assert "plan" not in answer["versions"]
    assert NoteRevision.objects.filter(why="not_taken").get().texts == {"plan": "Antibiotic"}


def test_nothing_is_signed_over_a_colleagues_words(desk, under_way):
    form = form_on(desk.get(at("visit_note", under_way)), "note-form")
    write(desk, under_way, plan="Wait")

    answer = desk.post(at("note_sign", under_way), {**form, "plan": "Antibiotic"})

    assert answer.status_code == 409
    assert NoteDraft.objects.get().texts() == {"plan": "Wait"}
    assert not OutboxRow.objects.filter(kind="document").exists()


@pytest.mark.parametrize("name", ["visit_note", "note_sign"])
def test_words_typed_on_a_note_that_was_signed_are_put_aside(desk, under_way, name):
    write(desk, under_way, plan="Rest")
    form = form_on(desk.get(at("visit_note", under_way)), "note-form")
    sign(desk, under_way)

    answer = desk.post(at(name, under_way), {**form, "plan": "Rest and water", "key": uuid4()})

    assert answer.status_code in (409, 422)
    assert NoteRevision.objects.filter(why="not_taken").get().texts == {"plan": "Rest and water"}
    assert OutboxRow.objects.filter(kind="document").count() == 1


def test_a_note_that_is_too_long_to_sign_stands_in_the_form_as_typed(desk, under_way):
    long = "x" * (LONGEST_NOTE + 1)

    answer = sign(desk, under_way, plan=long)

    assert (answer.status_code, "at most" in answer.headers["HX-Trigger"]) == (422, True)
    assert form_on(answer, "note-form")["plan"] == [long]


def test_a_note_signed_twice_is_one_note(desk, under_way):
    form = {**form_on(desk.get(at("visit_note", under_way)), "note-form"), "plan": "Rest"}

    answers = [desk.post(at("note_sign", under_way), form).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert OutboxRow.objects.filter(kind="document").count() == 1


def test_a_signed_note_is_on_the_page_at_once_and_can_be_amended(desk, under_way):
    body = sign(desk, under_way, plan="Rest").content.decode()
    assert "signed by Dr Amina Diallo" in body

    (first,) = notes_of(under_way)
    desk.post(at("note_amend", under_way, first["_id"]))
    sign(desk, under_way, plan="Rest, then work")

    newer, older = notes_of(under_way)
    assert (older["amended_by"], newer["supersedes"]) == (newer["_id"], older["_id"])
    body = desk.get(at("visit_note", under_way)).content.decode()
    assert "amended, see newer" in body
    assert "amends note of" in body
    again = desk.post(at("note_amend", under_way, older["_id"]))
    assert (again.status_code, "amended already" in again.headers["HX-Trigger"]) == (409, True)


@pytest.mark.django_db(transaction=True)
def test_a_signed_note_that_arrives_while_it_is_looked_for_is_found_once(
    desk, under_way, relay, monkeypatch
):
    sign(desk, under_way, plan="Rest")
    monkeypatch.setattr(signed.mongo, "reading", followed_by(relay))

    assert [len(notes_of(under_way)) for _ in range(2)] == [1, 1]


def test_both_versions_stand_marked_in_the_record(desk, under_way):
    sign(desk, under_way, plan="Rest")
    (first,) = notes_of(under_way)
    desk.post(at("note_amend", under_way, first["_id"]))
    sign(desk, under_way, plan="Rest, then work")

    page = desk.get(reverse("patients:record", args=[under_way.patient_id]))

    found = {one.id: one for group in page.context["page"].groups for one in group.entries}
    newer = next(one for one in found.values() if one.facts.get("supersedes"))
    assert found[first["_id"]].replaced_by == newer.id
    body = page.content.decode()
    assert f'href="#entry-{newer.id}">amended, see newer' in body
    assert f'href="#entry-{first["_id"]}">amends note of' in body


def test_what_is_missing_is_said_until_it_is_there(desk, under_way, amina):
    assert missing(desk, under_way) == ["note", "problem"]

    write(desk, under_way, plan="Rest")
    assert missing(desk, under_way) == ["unsigned", "problem"]

    sign(desk, under_way)
    assert missing(desk, under_way) == ["problem"]

    problems.add(under_way.patient_id, title="Cough", visit_id=under_way.pk, by=amina)
    assert missing(desk, under_way) == []


def test_a_known_problem_counts_once_the_visit_is_about_it(desk, under_way, amina):
    sign(desk, under_way, plan="Rest")
    known = problems.add(under_way.patient_id, title="Cough", by=amina)
    assert missing(desk, under_way) == ["problem"]

    problems.about(under_way.pk, known.pk, by=amina)

    assert missing(desk, under_way) == []


def test_lines_nobody_signed_are_missing_too(desk, under_way, amina):
    make_ready(desk, under_way, amina)
    draft = Prescription.objects.create(
        patient_id=under_way.patient_id,
        visit=under_way,
        prescriber=amina,
        written_at=timezone.now(),
    )
    PrescriptionItem.objects.create(
        prescription=draft, patient_id=under_way.patient_id, drug="Amoxicillin"
    )

    (must,) = desk.get(at("consult", under_way)).context["missing"]

    assert (must.name, must.words) == ("prescription", "1 prescription line not signed")


def test_a_line_that_a_warning_stops_is_said_as_stopped(desk, under_way, amina):
    make_ready(desk, under_way, amina)
    fill_tables()
    Allergy.objects.create(
        patient_id=under_way.patient_id,
        substance="Penicillin",
        group=AllergyGroup.objects.get(members__contains=["amoxicillin"]),
        criticality="high",
        reaction="anaphylaxis",
    )
    draft = Prescription.objects.create(
        patient_id=under_way.patient_id,
        visit=under_way,
        prescriber=amina,
        written_at=timezone.now(),
    )
    drug = Item.objects.get(sku="AMOXICILLIN-500MG-C")
    for item in (drug, Item.objects.get(sku="AMLODIPINE-5MG-T")):
        PrescriptionItem.objects.create(
            prescription=draft, patient_id=under_way.patient_id, item=item, drug=item.name
        )

    (must,) = desk.get(at("consult", under_way)).context["missing"]

    assert (must.words, must.place) == ("1 prescription line stopped", "prescribing")


def test_finishing_with_something_missing_is_refused_and_says_what(desk, under_way):
    answer = finish(desk, under_way)

    assert answer.status_code == 422
    assert "no note written, no problem named" in answer.headers["HX-Trigger"]
    assert where(under_way) == ("in_consultation", "consultation", "in_service")


def test_the_note_is_signed_with_the_end_where_nothing_else_is_missing(desk, under_way, amina):
    problems.add(under_way.patient_id, title="Cough", visit_id=under_way.pk, by=amina)
    write(desk, under_way, plan="Rest")
    assert "Sign and finish" in desk.get(at("consult", under_way)).content.decode()

    answer = finish(desk, under_way, signs="yes", plan="Rest and tea", **{"version-plan": "1"})

    assert answer.status_code == 200
    assert where(under_way)[0] == "ready_to_bill"
    assert "Rest and tea" in desk.get(at("consult", under_way)).content.decode()


def test_an_end_that_is_refused_signs_nothing_and_keeps_the_words(desk, under_way):
    answer = finish(desk, under_way, signs="yes", plan="Rest", **{"version-plan": "0"})

    assert answer.status_code == 422
    assert "no problem named" in answer.headers["HX-Trigger"]
    assert missing(desk, under_way) == ["unsigned", "problem"]


def test_a_reason_finishes_it_anyway_and_is_kept(desk, under_way):
    short = finish(desk, under_way, reason="no")
    assert (short.status_code, "few words" in short.headers["HX-Trigger"]) == (422, True)

    answer = finish(desk, under_way, reason="Left before the end")

    assert answer.status_code == 200
    under_way.refresh_from_db()
    told = under_way.metadata["finished_with"]
    assert (told["missing"], told["reason"]) == (["note", "problem"], "Left before the end")
    row = OutboxRow.objects.filter(entity_type="ticket").latest("id")
    assert row.context["reason"] == "Left before the end"


def test_it_ends_at_the_cash_desk_where_nothing_was_ordered(desk, under_way, amina):
    make_ready(desk, under_way, amina)

    answer = finish(desk, under_way)

    assert "goes to Cash desk" in answer.headers["HX-Trigger"]
    assert where(under_way) == ("ready_to_bill", "cash_desk", "waiting")


@pytest.fixture
def ordered(under_way, amina):
    """A test to be taken, and a prescription that is signed."""
    about = {"patient_id": under_way.patient_id, "visit": under_way}
    LabRequest.objects.create(name="HbA1c", requested_at=timezone.now(), **about)
    now = timezone.now()
    Prescription.objects.create(
        prescriber=amina, state="signed", written_at=now, signed_at=now, **about
    )
    return under_way


def test_the_way_is_what_was_ordered(desk, ordered, amina):
    make_ready(desk, ordered, amina)
    way = desk.get(at("consult", ordered)).context["stops"]
    assert [(one.value, one.turn, one.is_first) for one in way] == [
        ("laboratory", 1, True),
        ("pharmacy", 2, False),
        ("cash_desk", 3, False),
    ]

    finish(desk, ordered)

    assert where(ordered) == ("awaiting_results", "laboratory", "waiting")


def test_another_stop_may_be_chosen_and_stays_chosen(desk, ordered, amina):
    make_ready(desk, ordered, amina)
    chosen = {"stop": "pharmacy", "computed": "laboratory", "follow_up": "1m"}

    again = form_on(desk.get(at("closing", ordered), chosen), "finish")
    assert (again["stop"], again["follow_up"]) == (["pharmacy"], ["1m"])
    finish(desk, ordered, stop="pharmacy")

    assert where(ordered) == ("awaiting_results", "pharmacy", "waiting")


@pytest.mark.parametrize(
    ("chosen", "day", "disposition"),
    [
        ({"follow_up": ""}, None, "home"),
        ({"follow_up": "1w"}, 7, "follow_up"),
        ({"follow_up": "on", "follow_up_on": 40}, 40, "follow_up"),
        ({"follow_up": "1w", "disposition": "referred"}, 7, "referred"),
    ],
)
def test_when_they_come_back_and_where_they_go(desk, under_way, amina, chosen, day, disposition):
    make_ready(desk, under_way, amina)
    if "follow_up_on" in chosen:
        chosen = {**chosen, "follow_up_on": str(today() + timedelta(days=chosen["follow_up_on"]))}

    finish(desk, under_way, **chosen)

    under_way.refresh_from_db()
    wanted = today() + timedelta(days=day) if day else None
    assert (under_way.follow_up_on, under_way.disposition) == (wanted, disposition)


@pytest.mark.parametrize("day", ["", "2020-01-01", "soon"])
def test_a_day_that_cannot_be_is_refused_and_nothing_has_changed(desk, under_way, amina, day):
    make_ready(desk, under_way, amina)

    answer = finish(desk, under_way, follow_up="on", follow_up_on=day)

    assert answer.status_code == 422
    assert where(under_way)[0] == "in_consultation"


@pytest.mark.parametrize(
    ("span", "start", "day"),
    [("1w", "2026-11-24", "2026-12-01"), ("1m", "2026-01-31", "2026-02-28"), ("3m", "2026-11-30", "2027-02-28")],
)  # fmt: skip
def test_months_end_where_they_end(span, start, day):
    assert str(after(span, date.fromisoformat(start))) == day


def test_undo_takes_the_end_back(desk, under_way, amina):
    make_ready(desk, under_way, amina)
    answer = finish(desk, under_way, follow_up="1w")

    back = desk.post(undo_of(answer))

    assert back.headers["HX-Redirect"] == at("consult", under_way)
    assert where(under_way) == ("in_consultation", "consultation", "in_service")
    assert under_way.follow_up_on is None


def test_a_step_of_another_visit_is_not_taken_back_from_here(desk, under_way, amina, joy):
    make_ready(desk, under_way, amina)
    undo = undo_of(finish(desk, under_way))
    other = visits.start(patient("Diallo, Ada").pk, by=joy).visit

    desk.post(undo.replace(str(under_way.pk), str(other.pk)))

    assert where(under_way)[0] == "ready_to_bill"


def test_a_form_sent_twice_finishes_once(desk, under_way, amina):
    make_ready(desk, under_way, amina)
    form = form_on(desk.get(at("consult", under_way)), "finish")

    answers = [desk.post(at("finish", under_way), form).status_code for _ in range(2)]

    assert answers == [200, 200]
    moves = Ticket.objects.get(visit=under_way).moves.filter(act="transfer")
    assert moves.count() == 1


def test_the_page_says_who_waits_and_calls_nobody(desk, under_way, amina, joy):
    make_ready(desk, under_way, amina)
    urgent = visits.start(
        patient("Diallo, Ada").pk, service=Kind.CONSULTATION, priority="urgent", by=joy
    )
    visits.start(patient("Haile, Sara").pk, service=Kind.TRIAGE, by=joy)

    answer = finish(desk, under_way)

    assert [one.label for one in answer.context["waiting"]] == [urgent.label]
    urgent.refresh_from_db()
    assert urgent.state == "waiting"


def test_a_visit_without_a_ticket_is_closed(desk, grace, amina):
    visit = Visit.objects.create(
        patient=grace, kind="virtual", state="in_consultation", opened_at=timezone.now()
    )
    make_ready(desk, visit, amina)

    finish(desk, visit)

    visit.refresh_from_db()
    assert (visit.state, visit.disposition) == ("closed", "home")


def test_a_finished_visit_can_be_read_and_its_note_amended(desk, under_way, amina):
    make_ready(desk, under_way, amina)
    finish(desk, under_way)
    visits.close(under_way.pk, by=amina)

    page = desk.get(at("consult", under_way))

    assert (page.status_code, page.context["is_under_way"]) == (200, False)
    assert "Amend" in page.content.decode()
    write_again = desk.get(at("visit_note", under_way) + "?write")
    assert form_on(write_again, "note-form")["plan"] == [""]


def test_a_second_end_says_anew_when_to_come_back(desk, under_way, amina):
    make_ready(desk, under_way, amina)
    finish(desk, under_way, follow_up="1w")
    consulting.begin(under_way.pk, by=amina)

    finish(desk, under_way, follow_up="")

    under_way.refresh_from_db()
    assert under_way.follow_up_on is None


def test_readers_read_what_is_signed_and_not_what_is_being_written(
    client, desk, under_way, amina, person
):
    sign(desk, under_way, plan="Signed words")
    desk.get(at("visit_note", under_way) + "?write")
    form = form_on(desk.get(at("visit_note", under_way) + "?write"), "note-form")
    desk.post(at("visit_note", under_way), {**form, "plan": "Half a thought"})
    client.force_login(person(Role.NURSE))

    body = client.get(at("consult", under_way)).content.decode()

    assert "Signed words" in body
    assert "Half a thought" not in body
    assert 'id="finish"' not in body
    assert client.get(at("visit_note", under_way) + "?state").json() == {"sections": {}}
    for name in ("note_sign", "finish", "begin", "note_template", "note_discard"):
        assert client.post(at(name, under_way)).status_code == 403, name
    assert client.post(at("visit_note", under_way), {"plan": "x", "version-plan": "0"}).status_code == 403  # fmt: skip


def test_a_note_from_elsewhere_is_not_amended_here(desk, under_way, grace, amina):
    other = notes.write(grace.pk, text="Another visit", by=amina)

    assert desk.post(at("note_amend", under_way, other.pk)).status_code == 404
    assert desk.post(at("note_amend", under_way, uuid4())).status_code == 404


# What every page costs beside its content, as clinic/tests/test_questions.py has it.
AROUND = ('"sessions"', "set_config", "SAVEPOINT", "BEGIN", "COMMIT", "COPY outbox", 'FROM "users"')  # fmt: skip


def asked(desk, visit) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert desk.get(at("consult", visit)).status_code == 200
    return sum(not any(part in one["sql"] for part in AROUND) for one in seen)


def test_the_page_asks_as_much_for_one_row_as_for_fifty(desk, under_way, amina, joy):
    def fill(many: int) -> None:
        for n in range(many):
            tag = f"{many}-{n}"
            problems.add(under_way.patient_id, title=f"P {tag}", visit_id=under_way.pk, by=amina)
            now = timezone.now()
            LabRequest.objects.create(
                patient_id=under_way.patient_id, visit=under_way, name=tag, requested_at=now
            )
            visits.start(patient(f"W{tag}").pk, service=Kind.CONSULTATION, by=joy)
            Visit.objects.create(
                patient_id=under_way.patient_id,
                state="closed",
                opened_at=now - timedelta(days=n + 2),
                closed_at=now - timedelta(days=n + 2),
            )

    fill(1)
    desk.get(at("consult", under_way))
    few = asked(desk, under_way)
    fill(49)

    assert asked(desk, under_way) == few
    print(f"{few} questions a page")  # noqa: T201


def test_stops_ahead_agree_with_where_one_is_sent(ordered):
    assert stops.next_stop(ordered) in stops.stops_ahead(ordered)
