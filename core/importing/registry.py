"""Who takes which resources. Apps announce their modules in `AppConfig.ready`.

A module lists `HANDLERS`, resource type to Handler. It is imported when an import begins, so that
nobody else waits for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.importing.incoming import Incoming, Taken

ANY_TYPE = "*"


class Turn(IntEnum):
    """The order of taking in: nothing points at what comes after it."""

    GROUND = 0
    PEOPLE = 1
    OCCASIONS = 2
    EVENTS = 3
    RESULTS = 4
    SUMMARIES = 5


@dataclass(frozen=True)
class Handler:
    """What to do with resources of a type.

    `take` returns what the resource becomes, or None to leave it to whoever takes any type; it
    raises Unfit. `links` names the reference fields it follows and the types they may lead to.
    `prepare` sees a whole batch first, `finish` those that were written, in their transaction.
    `is_sought` says that others refer to it by identifier, `entity` what they then expect: a
    resource that became something else is not theirs to point at.
    """

    take: "Callable[[Incoming], Taken | None]"
    turn: Turn = Turn.EVENTS
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)
    prepare: "Callable[[Sequence[Incoming]], Any] | None" = None
    finish: "Callable[[Sequence[Taken]], None] | None" = None
    is_sought: bool = False
    entity: str = ""


_modules: list[str] = ["core.importing.practitioners", "core.importing.kept"]


def announce(module: str) -> None:
    """The module of this dotted name has HANDLERS."""
    if module not in _modules:
        _modules.append(module)


def handlers() -> dict[str, Handler]:
    """Every resource type somebody takes, and ANY_TYPE."""
    found: dict[str, Handler] = {}
    for module in _modules:
        found |= import_module(module).HANDLERS
    return found
