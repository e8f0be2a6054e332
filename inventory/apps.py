"""The Inventory app."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "Inventory"

    def ready(self) -> None:
        from core.importing import registry
        from core.shell import menu
        from inventory.menu import ENTRIES

        registry.announce("inventory.fhir")
        for entry in ENTRIES:
            menu.register(entry)
