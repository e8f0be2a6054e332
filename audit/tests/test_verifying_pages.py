"""How the log stands on its page, verifying from there, and the trail as AuditEvents."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from fhir.resources.R4B.auditevent import AuditEvent

from audit.domain.verifying import verify
from audit.domain.walk import Verdict
from audit.models import Verification
from core.outbox.models import OutboxRow

EXPLORER = reverse("audit:explorer")


@pytest.fixture
def noor(client, auditor):
    client.force_login(auditor)
    return auditor


def now():
    return timezone.now() + timedelta(seconds=1)


def test_since_a_day_begins_after_the_last_checkpoint_before_it(log):
    found = verify(since=now())

    assert (found.verdict, found.first, found.entries, found.last) == (Verdict.INTACT, 11, 2, 12)


def test_before_the_first_checkpoint_it_is_all_of_it(log):
    assert verify(since=timezone.now() - timedelta(days=9)).entries == 12


def test_since_finds_what_was_altered_after_the_checkpoint(log):
    log.update_one({"seq": 12}, {"$set": {"entity_id": "somebody else"}})

    assert (verify(since=now()).verdict, verify(since=now()).seq) == (Verdict.ALTERED, 12)


@pytest.mark.parametrize("gone", [11, 12])
def test_since_finds_a_gap_and_a_cut_end(log, gone):
    log.delete_one({"seq": gone})

    expected = Verdict.GAP_OR_INSERT if gone == 11 else Verdict.TRUNCATED
    assert verify(since=now()).verdict == expected


def test_the_command_keeps_what_it_found_and_refuses_no_day(log):
    call_command("verify_audit", "--since", "2020-01-01", stdout=StringIO())

    kept = Verification.objects.get()
    assert (kept.verdict, kept.entries, kept.is_whole) == ("intact", 12, True)
    with pytest.raises(CommandError, match="Give the day like"):
        call_command("verify_audit", "--since", "yesterday")


def test_what_was_found_is_never_changed(log):
    call_command("verify_audit", stdout=StringIO())

    for act in (
        lambda: Verification.objects.update(verdict="x"),
        Verification.objects.all().delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_the_page_says_how_far_it_is_sealed_and_that_nobody_verified(log, client, noor):
    page = client.get(EXPLORER).content.decode()

    newest = log.find_one(sort=[("seq", -1)])["seq"]
    assert f"Sealed up to entry {newest}" in page
    assert "It was never verified." in page


def test_verifying_from_the_page_is_told_and_shown(log, client, noor):
    part = client.post(reverse("audit:verify")).content.decode()

    assert "Intact" in part
    assert noor.display_name in part
    assert OutboxRow.objects.filter(action="verify").count() == 1


def test_tampering_is_an_alarm_on_the_page(log, client, noor):
    log.update_one({"seq": 4}, {"$set": {"entity_id": "somebody else"}})

    part = client.post(reverse("audit:verify")).content.decode()

    assert "Not as it was written" in part
    assert "is-alarm" in client.get(EXPLORER).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_trail_is_exported_as_audit_events(client, auditor, grace, relay):
    client.force_login(auditor)
    client.get(reverse("patients:search"), {"q": "okoro"})
    relay()

    answer = client.get(reverse("audit:events"))

    bundle = answer.json()
    events = [AuditEvent(**one["resource"]) for one in bundle["entry"]]
    assert (answer["Content-Type"], len(events)) == ("application/fhir+json", len(events))
    search = next(one for one in events if one.subtype[0].display == "search")
    assert (search.action, search.outcome) == ("E", "0")
    assert search.entity[0].what.reference == f"Patient/{grace.pk}"
    assert search.entity[-1].query == b"okoro"
    assert search.agent[0].who.display == auditor.display_name
    assert OutboxRow.objects.get(action="export").changes["format"] == "fhir"


def test_values_of_columns_stay_here(client, auditor, grace, relay):
    relay()
    client.force_login(auditor)

    text = client.get(reverse("audit:events")).content.decode()

    assert "phone" in text
    assert "Okoro" not in text
