"""MongoDB's collections: each with a validator the server enforces, and its indexes."""

from typing import Any

from mongoengine import Document
from mongoengine.base import BaseField
from mongoengine.fields import (
    BooleanField,
    DateTimeField,
    DictField,
    IntField,
    ListField,
    StringField,
)
from pymongo.database import Database
from pymongo.errors import OperationFailure

NAMESPACE_NOT_FOUND = 26
BSON_TYPES: dict[type, list[str]] = {
    StringField: ["string"],
    IntField: ["int", "long"],
    BooleanField: ["bool"],
    DateTimeField: ["date"],
    DictField: ["object"],
    ListField: ["array"],
}


def prepare(database: Database[Any], documents: list[type[Document]]) -> None:
    """Create what is missing, bring validators and indexes up to date; harmless when repeated."""
    for document in documents:
        name = document._get_collection_name()
        _apply_validator(database, name, validator(document))
        for index in document._meta["index_specs"]:
            fields = index["fields"]
            options = {key: value for key, value in index.items() if key not in ("fields", "cls")}
            database[name].create_index(fields, **options)


def validator(document: type[Document]) -> dict[str, Any]:
    """The `$jsonSchema` of a document class; fields it does not name are refused."""
    properties = {f.db_field: _property(f) for f in document._fields.values()}
    required = [f.db_field for f in document._fields.values() if f.required or f.primary_key]
    return {
        "$jsonSchema": {
            "bsonType": "object",
            "required": required,
            "properties": properties,
            "additionalProperties": False,
        }
    }


def _property(field: BaseField) -> dict[str, Any]:
    rule: dict[str, Any] = {"bsonType": BSON_TYPES[type(field)]}
    if getattr(field, "choices", None):
        rule["enum"] = list(field.choices)
    elif getattr(field, "max_length", None):
        rule["maxLength"] = field.max_length
    return rule


def _apply_validator(database: Database[Any], name: str, rule: dict[str, Any]) -> None:
    options: dict[str, Any] = {
        "validator": rule,
        "validationLevel": "strict",
        "validationAction": "error",
    }
    try:
        database.command("collMod", name, **options)
    except OperationFailure as error:
        if error.code != NAMESPACE_NOT_FOUND:
            raise
        database.create_collection(name, **options)
