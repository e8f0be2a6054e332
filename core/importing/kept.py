"""What belongs to no patient and has no table of its own is kept whole beside its key."""

from core.importing.incoming import Incoming, Taken
from core.importing.registry import Handler, Turn


def keep(incoming: Incoming) -> Taken:
    """The resource as it is, in `imported_resources.body`."""
    return Taken(incoming, ("", ""), body=incoming.node.value)


PLACE = Handler(keep, turn=Turn.GROUND, is_sought=True)

HANDLERS = dict.fromkeys(("Organization", "Location", "HealthcareService", "Endpoint"), PLACE)
