"""What stock adds to the rail."""

from core.accounts.models import User
from core.shell.menu import MenuEntry
from inventory.queries import low_stock


def running_low(user: User) -> int | None:
    """How many items are below the level at which to order."""
    return low_stock().count() or None


ENTRIES = (
    MenuEntry(
        "stock",
        "Stock",
        "package",
        "inventory:stock",
        "stock.view",
        order=65,
        shortcut="g s",
        count=running_low,
        topics=("stock",),
    ),
)
