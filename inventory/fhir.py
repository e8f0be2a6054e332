"""What an import brings to the shelf's catalogue: Medication becomes an item without stock."""

from core.capture.names import entity_type
from core.importing.incoming import Incoming, Row, Taken
from core.importing.registry import Handler, Turn
from inventory.models import Item

ATC = "http://www.whocc.no/atc"
ITEM = entity_type(Item)


def take_medication(incoming: Incoming) -> Taken:
    """A drug of the catalogue; its code stands in `metadata`, its price is for the clinic to set."""
    node = incoming.node
    concept = node.concept("code")
    form = node.concept("form").text
    if not concept.text:
        raise node.unfit("code", "is missing")
    values = {
        "id": incoming.id,
        "sku": f"MED-{incoming.id.replace('-', '')[:16]}",
        "name": concept.text[:200],
        "atc_code": _atc(incoming),
        "form": form[:60],
        "unit": form[:40] or "unit",
        "active": node.text("status") in ("", "active"),
        "metadata": node.rest(),
    }
    return Taken(incoming, (ITEM, incoming.id), [Row(Item, values)])


def _atc(incoming: Incoming) -> str:
    concept = incoming.node.concept("code", ATC)
    return concept.code[:10] if concept.system == ATC else ""


HANDLERS = {
    "Medication": Handler(take_medication, turn=Turn.GROUND, is_sought=True, entity=ITEM),
}
