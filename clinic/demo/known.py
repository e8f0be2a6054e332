"""What the patients' history points at and the clinic has already: staff and formulary."""

from collections.abc import Iterable

from core.accounts.models import User
from core.capture.models import Record
from core.capture.names import entity_type
from core.importing.models import ImportedResource
from inventory.models import Item

SOURCE = "seth-clinic-demo"
"""Under this name the import keeps what the demo clinic's files bring."""


def make_staff_known(users: Iterable[User]) -> None:
    """`Practitioner/amina` of the files is the account amina."""
    make_known("Practitioner", {user.username: user for user in users})


def make_formulary_known() -> None:
    """`Medication/AMLODIPINE-5MG-T` is the item with that stock number."""
    make_known("Medication", {item.sku: item for item in Item.objects.all()})


def make_known(resource_type: str, records: dict[str, Record]) -> None:
    """As if they had been imported; whoever is known already stays so."""
    known = [
        ImportedResource(
            source=SOURCE,
            resource_type=resource_type,
            resource_id=name,
            entity_type=entity_type(type(record)),
            entity_id=str(record.pk),
            digest=b"",
        )
        for name, record in records.items()
    ]
    ImportedResource.objects.bulk_create(known, ignore_conflicts=True)
