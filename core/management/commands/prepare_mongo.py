"""`manage.py prepare_mongo`: collections, validators and indexes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.databases import mongo, registry, schema


class Command(BaseCommand):
    help = "Creates MongoDB's collections with their validators and indexes; safe to repeat."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        database = mongo.database(settings.MONGODB_OWNER_URL)
        schema.prepare(database, registry.documents())
        self.stdout.write("MongoDB is prepared.")
