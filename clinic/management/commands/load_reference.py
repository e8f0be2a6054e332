"""`manage.py load_reference`: the tables an empty clinic starts from."""

from typing import Any

from django.core.management.base import BaseCommand

from clinic.reference.loading import load_all


class Command(BaseCommand):
    help = (
        "Load rooms, allergy groups, laboratory tests and ranges, formulary, services with prices"
        " and the codes of ICD-10-CM. What the clinic has changed itself stays as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, loaded in load_all():
            self.stdout.write(f"{name}: {loaded.read} read, {loaded.saved} saved")
