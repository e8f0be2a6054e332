"""Topics: what a page can listen to, which rows concern it, and who may listen."""

from collections.abc import Callable, Iterable

from core.relay.rows import Row

Namer = Callable[[Row], Iterable[str]]
_more: dict[str, Namer] = {}


def register(entity_type: str, namer: Namer) -> None:
    """Rows of this type also concern the topics `namer` gives, such as a list's."""
    _more[entity_type] = namer


def of_row(row: Row) -> list[str]:
    """The patient's topic, or else the thing's own, and those registered for its type."""
    own = f"patient:{row.patient_id}" if row.patient_id else f"{row.entity_type}:{row.entity_id}"
    extra = _more.get(row.entity_type)
    return [own, *(extra(row) if extra else ())]
