"""Every table and collection in the administration: it opens, finds, refuses, reports."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from core.administration.tables import Mirror
from core.databases import mongo
from core.databases.mirror import MirrorModel
from core.outbox.models import OutboxRow
from patients.models import Patient, Room

NOW = timezone.now()
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
TABLES = [model for model in MODELS if not issubclass(model, MirrorModel)]
MIRRORS = [model for model in MODELS if issubclass(model, MirrorModel)]
NOT_OURS = {"auth.Group", "auth.Permission", "admin.LogEntry"}
NOT_OURS |= {"contenttypes.ContentType"}


def names(models) -> list[str]:
    return [model._meta.label for model in models]


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def seth(client, person):
    user = person(Role.ADMINISTRATOR, username="seth", is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def documents(seth):
    """Two of each collection, one with values JSON has no word for."""
    odd = {"when": NOW, "bytes": b"x", "list": [{"of": "podagra"}]}
    about = {"patient_id": "p1", "entity_type": "visit", "entity_id": "7", "created_at": NOW}
    for n in (1, 2):
        key = {"_id": f"0000000{n}"}
        mongo.collection("clinical_data").insert_one(
            {**key, "patient_id": "p1", "data_type": "note", "data": odd, "created_at": NOW}
        )
        mongo.collection("document_metadata").insert_one(
            {
                **key, "document_id": "d", "version": n, "patient_id": "p1", "filename": "a.pdf",
                "mime": "application/pdf", "size": 1, "sha256": "0" * 64, "storage_key": f"k{n}",
                "uploaded_at": NOW,
            }
        )  # fmt: skip
        mongo.collection("audit_logs").insert_one(
            {
                **key, "seq": n, "timestamp": NOW, "action": "update", "entity_type": "visit",
                "entity_id": "7", "changes": odd,
            }
        )  # fmt: skip
        mongo.collection("analytics").insert_one({**key, "event_type": "view", "timestamp": NOW})
        mongo.collection("sync_events").insert_one(
            {**key, "seq": n, "topic": "visits", "kind": "update", "event_id": f"{n}", **{
                name: about[name] for name in ("entity_type", "entity_id", "created_at")}}
        )  # fmt: skip


def test_every_table_of_ours_is_there():
    ours = {model._meta.label for model in apps.get_models()} - NOT_OURS

    assert ours - set(names(MODELS)) == set()


@pytest.mark.parametrize("model", TABLES, ids=names(TABLES))
def test_every_table_opens_and_can_be_searched(client, seth, model):
    table = admin.site._registry[model]
    may_add = table.has_add_permission(type("Request", (), {"user": seth}))
    asked = {"q": "x"} if table.search_fields else {}

    answers = [client.get(address(model, "changelist"), asked).status_code]
    answers.append(client.get(address(model, "add")).status_code)

    assert answers == [200, 200 if may_add else 403]


@pytest.mark.django_db(transaction=True, databases=["default", "mongodb"])
@pytest.mark.parametrize("model", MIRRORS, ids=names(MIRRORS))
def test_every_collection_opens_finds_and_refuses_to_be_written(client, seth, documents, model):
    table = admin.site._registry[model]
    assert isinstance(table, Mirror)
    change = address(model, "change", "00000001")

    page = client.get(address(model, "changelist"))
    assert (page.status_code, page.context["cl"].result_count) == (200, 2)
    assert client.get(address(model, "changelist"), {"q": "nothing"}).status_code == 200
    assert client.get(change).status_code == 200
    refused = [
        client.get(address(model, "add")),
        client.post(address(model, "add"), {}),
        client.post(change, {"action": "x"}),
        client.get(address(model, "delete", "00000001")),
        client.post(address(model, "delete", "00000001"), {"post": "yes"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5


def test_the_front_page_lists_every_table(client, seth):
    page = client.get(reverse("admin:index"))

    listed = {one["model"] for app in page.context["app_list"] for one in app["models"]}
    assert listed == set(MODELS)


def test_fifty_rows_cost_as_many_questions_as_one(client, seth, db):
    counts = []
    for many in (1, 49):
        for n in range(many):
            Patient.objects.create(family_name=f"P{many}-{n}", sex="female")
        with CaptureQueriesContext(connection) as asked:
            client.get(address(Patient, "changelist"))
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_a_change_is_audited_with_who_made_it(client, seth):
    room = Room.objects.create(name="Room 1")

    answer = client.post(
        address(Room, "change", room.pk), {"name": "Room 2", "kind": room.kind, "active": "on"}
    )

    row = OutboxRow.objects.get(entity_type="room", operation="U")
    assert answer.status_code == 302
    assert (row.changes["name"], row.context["user_id"]) == (["Room 1", "Room 2"], str(seth.pk))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_it_opens_for_administrators_alone(client, person, role):
    client.force_login(person(role))

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_strangers_sign_in_at_the_clinics_own_door(client, db):
    answer = client.get(address(Room, "changelist"), follow=True)

    assert answer.redirect_chain[-1][0] == "/sign-in/?next=/admin/patients/room/"


@pytest.mark.django_db(transaction=True, databases=["default", "mongodb"])
def test_clinical_content_is_shown_only_to_those_who_may_read_it(client, person, documents):
    pages = [address(model, "change", "00000001") for model in MIRRORS[1:3]]

    def shows() -> list[bool]:
        return ["podagra" in client.get(page).content.decode() for page in pages]

    as_administrator = shows()
    client.force_login(person(Role.ADMINISTRATOR, Role.CLINICIAN, username="both"))
    assert (as_administrator, shows()) == ([False, False], [True, True])
