"""Set-aside rows: seen, tried again, given up, and nothing else held back meanwhile."""

import io

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.accounts.roles import Role
from core.capture.context import acting
from core.databases import mongo
from core.errors import NotAllowed
from core.outbox import repair
from core.outbox.domain import put_fact
from core.outbox.models import OutboxRow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def poison(transactional_db) -> OutboxRow:
    """A row that MongoDB refused eight times, and a later one of the same stream."""
    put_fact("view", entity_type="thing", entity_id="1", note="fine after all")
    put_fact("print", entity_type="thing", entity_id="1")
    first = OutboxRow.objects.order_by("id").first()
    with psycopg.connect(settings.DATABASE_ROLE_URLS["relay"]) as relay:
        relay.execute(
            "UPDATE outbox SET state = 'x', attempts = 8, last_error = 'too large' WHERE id = %s",
            [first.id],
        )
    return first


def delivered() -> list[tuple[str, str]]:
    found = mongo.collection("audit_logs").find({"entity_type": "thing"}, sort=[("seq", 1)])
    return [(entry["action"], entry["entity_id"]) for entry in found]


def outbox(*args: str) -> str:
    out = io.StringIO()
    call_command("outbox", *args, stdout=out, stderr=out)
    return out.getvalue()


def test_other_streams_flow_on(poison, relay):
    put_fact("view", entity_type="thing", entity_id="2")

    relay()

    assert delivered() == [("view", "2")]


def test_it_is_listed_with_its_error(poison):
    listed = outbox("list").splitlines()

    assert listed[1].split()[0] == str(poison.id)
    assert listed[1].endswith("too large")
    assert listed[2] == "1 set aside, 1 on their way."


def test_a_retry_delivers_it_and_what_waited_behind_it(poison, relay):
    assert outbox("retry", str(poison.id)) == f"Row {poison.id} is on its way again.\n"

    relay()

    assert delivered() == [("view", "1"), ("print", "1")]
    assert OutboxRow.objects.filter(action="retry", entity_id=str(poison.id)).count() == 1


def test_all_are_retried_at_once(poison, relay):
    outbox("retry", "--all")
    relay()

    assert delivered() == [("view", "1"), ("print", "1")]


def test_a_discarded_row_never_arrives_and_its_stream_goes_on(poison, relay, person):
    admin = person(Role.ADMINISTRATOR)
    with acting(user_id=admin.pk):
        repair.discard(poison.id, reason="Entered by a test device", by=admin)
    relay()

    fact = OutboxRow.objects.get(action="discard")
    assert delivered() == [("print", "1")]
    assert fact.context == {"user_id": str(admin.pk), "reason": "Entered by a test device"}
    assert fact.changes["last_error"] == "too large"
    assert OutboxRow.objects.get(id=poison.id).last_error == (
        "Discarded: Entered by a test device. It had failed with: too large"
    )


@pytest.mark.parametrize("reason", ["", "   ", "x", "\0\0\0\0\0\0"])
def test_nothing_is_discarded_without_a_reason(poison, reason):
    with pytest.raises(repair.NeedsReason):
        repair.discard(poison.id, reason=reason)

    assert OutboxRow.objects.get(id=poison.id).state == "x"


def test_only_what_is_set_aside_is_touched(poison):
    waiting = OutboxRow.objects.exclude(id=poison.id).get()

    with pytest.raises(CommandError, match="1 of 2 could not be done"):
        outbox("discard", str(waiting.id), str(poison.id), "--reason", "not needed")

    states = dict(OutboxRow.objects.values_list("id", "state"))
    assert (states[waiting.id], states[poison.id]) == ("p", "d")


def test_a_retry_names_rows_or_all(poison):
    for args in (["retry"], ["retry", "1", "--all"]):
        with pytest.raises(CommandError, match="Name the rows to retry, or give --all"):
            outbox(*args)


def test_only_administrators_may(poison, person):
    with pytest.raises(NotAllowed):
        repair.retry(poison.id, by=person(Role.MANAGER))

    assert OutboxRow.objects.get(id=poison.id).state == "x"


def act(client, row: OutboxRow, **asked: str) -> list[str]:
    """The act chosen in the administration's list, and what it then says."""
    answer = client.post(
        "/admin/core/outboxrow/", {"_selected_action": [str(row.id)], **asked}, follow=True
    )
    return [str(message) for message in answer.context["messages"]]


def test_an_administrator_retries_and_discards_from_the_list(poison, client, person):
    client.force_login(person(Role.ADMINISTRATOR, is_staff=True))

    assert act(client, poison, action="discard", reason="no") == [
        "Give a reason of at least 5 letters."
    ]
    assert act(client, poison, action="retry") == ["1 on their way again."]
    assert act(client, poison, action="retry") == [str(repair.NotSetAside(poison.id))]


def test_discarding_from_the_list_keeps_who_and_why(poison, client, person):
    admin = person(Role.ADMINISTRATOR, is_staff=True)
    client.force_login(admin)

    assert act(client, poison, action="discard", reason="test device") == ["1 discarded."]

    context = OutboxRow.objects.get(action="discard").context
    assert (context["user_id"], context["reason"]) == (str(admin.pk), "test device")
