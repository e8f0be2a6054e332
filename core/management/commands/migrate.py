"""`manage.py migrate`, as the owner of the tables, with rights for the other roles afterwards.

It makes a new clinic's keys, and refuses to touch a database whose keys are missing.
"""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate

from core.crypto import beginning
from core.databases import grants, roles
from core.databases.unrendered import options_unrendered


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == "default":
            roles.work_as("owner")
            if why := beginning.make_first():
                raise CommandError(why)
        with options_unrendered():
            super().handle(*args, **options)
        if options["database"] == "default":
            grants.apply()
