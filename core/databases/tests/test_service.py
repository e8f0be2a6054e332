"""The service of both databases, as the specification uses it."""

import pytest
from django.conf import settings
from django.db import ProgrammingError

from core.databases import mongo
from core.databases.service import DatabaseService
from core.errors import ServiceUnavailable
from core.live.documents import SyncEvent

NOWHERE = "mongodb://someone:hunter2@127.0.0.1:1/seth_clinic_mongo"


@pytest.fixture
def service(db):
    made = DatabaseService()
    yield made
    mongo.connect_documents()


@pytest.fixture
def mongodb_is_away(monkeypatch):
    mongo.close()
    monkeypatch.setattr(settings, "MONGODB_URL", NOWHERE)
    yield
    mongo.close()
    monkeypatch.undo()
    mongo.connect_documents()


def test_it_initialises_at_the_first_call_that_needs_it(service):
    assert service.is_initialized is False

    rows = service.query_postgresql("SELECT 1 AS one")

    assert (rows, service.is_initialized) == ([{"one": 1}], True)


def test_values_are_parameters_and_never_text(service):
    hostile = "'; DROP TABLE patients; --"

    rows = service.query_postgresql("SELECT %s::text AS word", [hostile])

    assert rows == [{"word": hostile}]


def test_a_statement_without_rows_gives_none(service):
    assert service.query_postgresql("SET LOCAL work_mem = '4MB'") == []


def test_a_wrong_statement_is_a_bug_and_travels(service):
    with pytest.raises(ProgrammingError, match="no_such_table"):
        service.query_postgresql("SELECT * FROM no_such_table")


def test_a_collection_is_majority_and_journal(service):
    found = service.get_mongo_collection("clinical_data")

    assert found.full_name == f"{settings.MONGODB_NAME}.clinical_data"
    assert found.write_concern.document == {"w": "majority", "j": True}


def test_a_model_is_found_by_its_name(service):
    assert service.get_mongo_model("SyncEvent") is SyncEvent


def test_an_unknown_model_is_named(service):
    with pytest.raises(LookupError, match="There is no document class called Nothing"):
        service.get_mongo_model("Nothing")


def test_health_tells_each_apart(service, mongodb_is_away):
    assert service.health() == {"postgres": True, "mongodb": False}


def test_initialising_names_the_server_its_host_and_what_to_do_but_no_password(
    service, mongodb_is_away
):
    with pytest.raises(ServiceUnavailable) as raised:
        service.initialize()

    assert str(raised.value).startswith("MongoDB at 127.0.0.1:1 does not answer. ")
    assert "bin/up" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert service.is_initialized is False


def test_postgresql_alone_can_be_asked_while_mongodb_is_away(service, mongodb_is_away):
    assert service.query_postgresql("SELECT 1 AS one") == [{"one": 1}]


def test_after_closing_it_initialises_again(transactional_db):
    service = DatabaseService()
    service.initialize()

    service.close()

    assert service.is_initialized is False
    assert service.query_postgresql("SELECT 1 AS one") == [{"one": 1}]
    assert SyncEvent.objects.count() == 0
