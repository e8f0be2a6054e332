"""`manage.py migrate`, as the owner of the tables, with rights for the other roles afterwards."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from core.databases import grants, roles


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == "default":
            roles.work_as("owner")
        super().handle(*args, **options)
        if options["database"] == "default":
            grants.apply()
