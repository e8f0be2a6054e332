"""Hostile values through every field of every document: refused before a database sees them."""

import bson
import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from mongoengine.base import BaseField
from mongoengine.errors import InvalidQueryError, LookUpError
from mongoengine.errors import ValidationError as MongoValidationError
from mongoengine.fields import (
    BooleanField,
    DateTimeField,
    DictField,
    IntField,
    ListField,
    StringField,
)
from pymongo.errors import OperationFailure, WriteError

from audit.documents import Analytics, AuditLog
from clinical_docs.documents import ClinicalData, DocumentMetadata
from core.databases import mongo, registry
from core.outbox.documents import MAX_DEPTH, OutboxDocument

REFUSALS = (DjangoValidationError, MongoValidationError)
RIGHT = {
    ClinicalData: {"patient_id": "p", "data_type": "lab_result", "data": {"a": 1}},
    DocumentMetadata: {"document_id": "d", "patient_id": "p"},
    Analytics: {"event_type": "page_view"},
    AuditLog: {
        "action": "view",
        "entity_type": "patients",
        "timestamp": "2026-01-02T03:04:05Z",
        "seq": 1,
    },
}


def nested(depth: int) -> dict:
    value: dict = {}
    for _ in range(depth):
        value = {"a": value}
    return value


NOT_A_SCALAR = [{"$ne": ""}, {"$where": "1"}, {"a": 1}, ["a"], nested(40)]
OF_EACH_KIND = {
    StringField: [*NOT_A_SCALAR, 1, 1.5, True, "a\0b", "\ud800"],
    IntField: [*NOT_A_SCALAR, 2**63, -(2**63) - 1, "12 or 1=1", float("nan"), float("inf")],
    # MongoEngine makes a plain truth of anything: see the test below.
    BooleanField: [],
    DateTimeField: [*NOT_A_SCALAR, "yesterday", "0000-00-00"],
    ListField: ["text", 1, {"$ne": ""}, [1], [{"$ne": ""}], ["a\0b"], [["nested"]]],
    DictField: [
        "text",
        1,
        ["list"],
        {"$where": "sleep(1000)"},
        {"a": {"$ne": ""}},
        {"a": [{"$gt": ""}]},
        {"dotted.key": 1},
        {"a": {"b.c": 1}},
        {"": 1},
        {"nul\0": 1},
        {"a": "nul\0"},
        {1: "number"},
        {"a": float("nan")},
        {"a": [float("-inf")]},
        {"a": 2**63},
        {"a": -(2**64)},
        {"a": "\ud800"},
        {"a": object()},
        nested(MAX_DEPTH + 1),
        nested(2000),
    ],
}
FIELDS = [
    pytest.param(document, name, id=f"{document.__name__}.{name}")
    for document in RIGHT
    for name in document._fields
]


def kind_of(field: BaseField) -> type[BaseField]:
    return next(kind for kind in OF_EACH_KIND if isinstance(field, kind))


@pytest.mark.parametrize("document", RIGHT)
def test_what_is_right_passes(document):
    assert document(**RIGHT[document]).payload()["_id"]


@pytest.mark.parametrize(("document", "name"), FIELDS)
def test_a_hostile_value_is_refused_by_every_field(document, name):
    passed = []

    for value in OF_EACH_KIND[kind_of(document._fields[name])]:
        try:
            passed.append(
                (value, bson.encode(document(**{**RIGHT[document], name: value}).payload()))
            )
        except REFUSALS:
            continue

    assert passed == []


@pytest.mark.parametrize("value", NOT_A_SCALAR)
def test_a_truth_is_stored_as_one_whatever_was_given(value):
    document = DocumentMetadata(**RIGHT[DocumentMetadata], legal_hold=value)

    assert document.payload()["legal_hold"] is True


def test_an_unknown_field_is_refused():
    with pytest.raises(Exception, match="is_admin"):
        ClinicalData(**RIGHT[ClinicalData], is_admin=True)


@pytest.mark.parametrize(
    "filters",
    [
        {"patient_id": {"$ne": ""}},
        {"patient_id": {"$regex": ".*"}},
        {"__raw__": {"patient_id": {"$ne": ""}}},
        {"data": {"$where": "1"}},
    ],
)
def test_a_filter_takes_plain_values_only(filters):
    with pytest.raises(DjangoValidationError):
        list(ClinicalData.objects(**filters))


def test_a_filter_by_a_field_that_does_not_exist_is_refused():
    with pytest.raises((InvalidQueryError, LookUpError)):
        list(ClinicalData.objects(no_such_field="x"))


@pytest.mark.parametrize(
    "change",
    [
        {"patient_id": {"$exists": True}},
        {"patient_id": 7},
        {"patient_id": "x" * 37},
        {"data": "text"},
        {"created_at": "yesterday"},
        {"status": "invented"},
        {"is_admin": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_server_refuses_what_bypasses_the_documents(db, change):
    right = ClinicalData(**RIGHT[ClinicalData]).payload()
    collection = mongo.collection("clinical_data")

    with pytest.raises(WriteError, match="failed validation"):
        collection.insert_one({**right, **change})

    assert collection.find_one({"_id": right["_id"]}) is None


@pytest.mark.parametrize("document", RIGHT)
def test_the_server_refuses_a_document_that_lacks_what_is_required(db, document):
    whole = document(**RIGHT[document]).payload()
    required = [f.db_field for f in document._fields.values() if f.required and not f.primary_key]

    for name in required:
        lacking = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(WriteError, match="failed validation"):
            mongo.collection(document._get_collection_name()).insert_one(lacking)


def test_the_server_runs_no_script(db):
    with pytest.raises(OperationFailure):
        mongo.collection("clinical_data").count_documents({"$where": "sleep(1000) || true"})


def test_every_registered_document_is_one_of_ours():
    assert all(issubclass(document, OutboxDocument) for document in registry.documents())
