"""The trail of the whole house."""

import csv
import io

import pytest
from django.urls import reverse

from core.accounts.roles import Role
from core.outbox.domain import put_fact
from core.outbox.models import OutboxRow
from core.shell.spreadsheets import safe
from patients.models import Patient

# Session, user, the rail's count, two verifications, four of the form and the page, two of names,
# and the fact with its savepoint.
SAME = 15
EXPLORER, EXPORT = "/audit/", "/audit/export/"
MAY_OPEN = {
    EXPLORER: {Role.AUDITOR},
    EXPORT: {Role.AUDITOR},
    "patient": {Role.AUDITOR, Role.CLINICIAN, Role.MANAGER},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("address", MAY_OPEN)
def test_each_page_opens_for_its_roles_alone(client, person, grace, role, address):
    client.force_login(person(role))
    url = reverse("audit:patient", args=[grace.pk]) if address == "patient" else address

    answer = client.get(url)

    assert answer.status_code == (200 if role in MAY_OPEN[address] else 403)


@pytest.mark.parametrize("address", [EXPLORER, EXPORT])
def test_a_stranger_is_sent_to_sign_in(client, db, address):
    assert client.get(address).url == f"/sign-in/?next={address}"


def test_it_finds_a_patient_by_name_or_number(client, auditor, grace):
    other = Patient.objects.create(family_name="Hassan", sex="male")
    client.force_login(auditor)

    for text in ("okoro", str(grace.mrn), str(grace.pk)):
        lines = client.get(EXPLORER, {"patient": text}).context["waiting"]
        assert {line.patient for line in lines} == {grace}
    everybody = client.get(EXPLORER).context["waiting"]
    assert {line.patient for line in everybody} == {grace, other, None}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"who": "zzz"}, "Nobody here is called that."),
        ({"patient": "zzz qqq"}, "No patient was found for this."),
        ({"since": "yesterday"}, "Give the day like 22-Nov-2026."),
        ({"since": "0001-01-01"}, "Give a day between 1900 and 2200."),
        ({"until": "9999-12-31"}, "Give a day between 1900 and 2200."),
        ({"since": "2026-11-22", "until": "2026-11-20"}, "This day is before the first one."),
        ({"before": "99999999999999999999-x"}, "The address names no place in the trail."),
        ({"before": "1-x"}, "The address names no place in the trail."),
        ({"who": "a\0b"}, "Null characters are not allowed."),
        ({"action": "x" * 99}, "Ensure this value has at most 60 characters"),
    ],
)
def test_a_wrong_address_gets_a_sentence(client, auditor, asked, sentence):
    client.force_login(auditor)

    answer = client.get(EXPLORER, asked)

    assert (answer.status_code, sentence in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("asked", [{"action": '{"$ne": 1}'}, {"entity": "$where"}, {"thing": "'"}])
def test_an_operator_is_only_text(client, auditor, grace, asked):
    client.force_login(auditor)

    answer = client.get(EXPLORER, asked)

    assert (answer.context["waiting"], answer.context["lines"]) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_as_many_questions_for_one_entry_as_for_many(
    client, auditor, relay, django_assert_num_queries
):
    client.force_login(auditor)

    def show_everything(many: int) -> int:
        for n in range(many):
            Patient.objects.create(family_name=f"Patient {n}", sex="female")
        relay()
        client.get(EXPLORER)
        relay()
        with django_assert_num_queries(SAME):
            return len(client.get(EXPLORER).context["lines"])

    assert show_everything(1) < show_everything(20)


@pytest.mark.django_db(transaction=True)
def test_the_export_holds_what_the_page_shows_and_is_a_fact(client, auditor, grace, relay):
    relay()
    client.force_login(auditor)

    answer = client.get(EXPORT, {"patient": "okoro"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Entry"], row["Who"], row["Did"], row["MRN"]) for row in rows] == [
        ("4", "Ben Okafor", "Changed", str(grace.mrn)),
        ("3", "Ben Okafor", "Created", str(grace.mrn)),
    ]
    fact = OutboxRow.objects.get(action="export")
    assert fact.changes == {"format": "csv", "filters": {"patient": "okoro"}}


@pytest.mark.django_db(transaction=True)
def test_a_formula_in_a_name_stays_text(client, auditor, relay):
    put_fact("print", entity_type="patient", entity_id="=HYPERLINK(1)")
    relay()
    client.force_login(auditor)

    answer = client.get(EXPORT, {"action": "print"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Id of it"] for row in rows] == ["'=HYPERLINK(1)"]
    assert [safe(text) for text in ("-1", "+1", "@a", "1")] == ["'-1", "'+1", "'@a", "1"]


def test_a_wrong_filter_exports_nothing(client, auditor):
    client.force_login(auditor)

    answer = client.get(EXPORT, {"who": "zzz"})

    assert (answer.status_code, OutboxRow.objects.filter(action="export").count()) == (422, 0)
