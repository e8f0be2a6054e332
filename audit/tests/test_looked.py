"""Who looked at a record: by person and day, on screen and on paper."""

import pytest
from django.urls import reverse

from audit.queries import looks
from audit.queries.trail import Filters
from core.accounts.roles import Role
from core.capture.context import acting
from core.outbox.domain import put_fact
from core.paper.tests.test_papers import text_of
from core.shell.reading import looks as told
from core.testing.documents import followed_by
from patients.models import Patient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_told_yet():
    told.forget()


@pytest.fixture
def grace(db):
    return Patient.objects.create(family_name="Okoro", given_names="Grace", sex="female")


@pytest.fixture
def people(person):
    ben = person(Role.NURSE, username="ben", given_name="Ben", family_name="Okafor")
    noor = person(Role.AUDITOR, username="noor", given_name="Noor", family_name="Haddad")
    return ben, noor


def lines(answer) -> list[tuple[str, str]]:
    return [(line.who, line.what) for line in answer.context["lines"]]


def looked(client, grace, **query):
    return client.get(reverse("audit:looked", args=[grace.pk]), query)


def test_a_look_that_arrives_while_they_are_counted_is_counted_once(
    grace, people, relay, monkeypatch
):
    with acting(user_id=people[0].pk):
        put_fact("view", entity_type="patient", entity_id=grace.pk, patient_id=grace.pk)
    monkeypatch.setattr(looks.mongo, "reading", followed_by(relay))
    filters = Filters(patients=(str(grace.pk),), action="view")

    assert [one.times for one in looks.looks(filters)] == [1]
    assert [one.times for one in looks.looks(filters)] == [1]


def test_looks_are_a_line_a_person_and_day_also_before_they_arrive(client, grace, people, relay):
    ben, noor = people
    client.force_login(ben)
    client.get(reverse("patients:record", args=[grace.pk]))
    relay()
    client.get(reverse("patients:search"), {"q": "okoro"})
    Patient.objects.create(family_name="Okoro", given_names="Ada", sex="female")
    client.get(reverse("patients:search"), {"q": "okoro"})

    client.force_login(noor)
    assert lines(looked(client, grace)) == [("Ben Okafor", "saw the record; found in a search")]
    relay()
    assert sorted(lines(looked(client, grace))) == [
        ("Ben Okafor", "saw the record; found in a search"),
        ("Noor Haddad", "looked into who saw it"),
    ]


def test_a_change_and_its_reason_are_told(client, grace, people, relay):
    ben, noor = people
    with acting(user_id=ben.pk, reason="Name was misspelt"):
        grace.given_names = "Gracie"
        grace.save()
    relay()
    client.force_login(noor)

    (line,) = looked(client, grace).context["lines"]
    assert (line.who, line.what, line.why) == ("Ben Okafor", "changed patient", "Name was misspelt")


def test_what_the_house_itself_did_is_no_look(client, grace, people, relay):
    put_fact("load", entity_type="patient", entity_id=grace.pk, patient_id=grace.pk)
    relay()
    client.force_login(people[1])

    assert lines(looked(client, grace)) == []


def test_other_days_are_asked_for_and_wrong_ones_said(client, grace, people, relay):
    client.force_login(people[0])
    client.get(reverse("patients:record", args=[grace.pk]))
    client.force_login(people[1])

    assert lines(looked(client, grace, since="01-Jan-2020", until="02-Jan-2020")) == []
    wrong = looked(client, grace, since="02-Jan-2020", until="01-Jan-2020")
    assert "This day is before the first one." in wrong.content.decode()


def test_it_is_printed_for_the_patient_and_that_is_told(client, grace, people, relay):
    client.force_login(people[0])
    client.get(reverse("patients:record", args=[grace.pk]))
    client.force_login(people[1])

    answer = client.get(reverse("audit:looked_paper", args=[grace.pk]))
    text = text_of(answer.content)
    assert "Who saw this record" in text
    assert "Ben Okafor" in text
    assert "OKORO, Grace" in text
    relay()
    assert ("Noor Haddad", "printed audit trail") in lines(looked(client, grace))


def test_a_receptionist_is_refused(client, grace, person):
    client.force_login(person(Role.RECEPTIONIST))

    assert looked(client, grace).status_code == 403
