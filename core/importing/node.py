"""A resource read with care: every value's shape is checked, every complaint names its path."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from core.importing import moments
from core.importing.errors import Unfit

UNKEPT = {"resourceType", "id", "meta", "text", "implicitRules", "language"}


class Concept(NamedTuple):
    """What a CodeableConcept says: words for people, one code for machines."""

    text: str = ""
    code: str = ""
    system: str = ""


class Node:
    """A JSON object somewhere in a resource. What is absent reads as empty; what has the wrong
    shape raises Unfit."""

    __slots__ = ("path", "value")

    def __init__(self, value: dict[str, Any], path: str = "") -> None:
        self.value, self.path = value, path

    def __bool__(self) -> bool:
        return bool(self.value)

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def at(self, key: str) -> str:
        """The path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def unfit(self, key: str, reason: str) -> Unfit:
        """What to raise when a field cannot be taken."""
        return Unfit(self.at(key), reason)

    def text(self, key: str, *, among: frozenset[str] | None = None, most: int = 0) -> str:
        """A string without the blanks around it; one of `among`, at most `most` characters."""
        found = self.value.get(key)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise self.unfit(key, "must be text")
        found = found.strip()
        if among is not None and found not in among:
            raise self.unfit(key, f"{found[:40]!r} is not one of {', '.join(sorted(among))}")
        if most and len(found) > most:
            raise self.unfit(key, f"is longer than {most} characters")
        return found

    def texts(self, key: str) -> list[str]:
        """A list of strings."""
        found = self._list(key)
        if not all(isinstance(item, str) for item in found if item is not None):
            raise self.unfit(key, "must be a list of texts")
        return [item.strip() for item in found if item]

    def child(self, key: str) -> "Node":
        """The object in a field."""
        found = self.value.get(key)
        if found is None:
            return Node({}, self.at(key))
        if not isinstance(found, dict):
            raise self.unfit(key, "must be an object")
        return Node(found, self.at(key))

    def children(self, key: str) -> "list[Node]":
        """The objects in a list field."""
        found = self._list(key)
        nodes = []
        for index, item in enumerate(found):
            if not isinstance(item, dict):
                raise self.unfit(f"{key}[{index}]", "must be an object")
            nodes.append(Node(item, f"{self.at(key)}[{index}]"))
        return nodes

    def first(self, key: str) -> "Node":
        """The first object of a list field."""
        return next(iter(self.children(key)), Node({}, self.at(key)))

    def number(self, key: str) -> int | float | None:
        """A number as it stands."""
        found = self.value.get(key)
        if found is None or (isinstance(found, int | float) and not isinstance(found, bool)):
            return found
        raise self.unfit(key, "must be a number")

    def decimal(self, key: str) -> Decimal | None:
        """A number as exactly as it was written."""
        found = self.number(key)
        return None if found is None else Decimal(repr(found))

    def flag(self, key: str) -> bool | None:
        """True, false, or not said."""
        found = self.value.get(key)
        if found is None or isinstance(found, bool):
            return found
        raise self.unfit(key, "must be true or false")

    def moment(self, key: str) -> datetime | None:
        """A date and time; where only a date, month or year is given, its beginning."""
        found = self.text(key)
        return moments.moment(found, self.at(key)) if found else None

    def day(self, key: str) -> date | None:
        """A date; where only a month or year is given, its first day."""
        found = self.text(key)
        return moments.day(found, self.at(key)) if found else None

    def concept(self, key: str, system: str = "") -> Concept:
        """A CodeableConcept; its first code, or the first one of the preferred `system`."""
        return self.child(key).as_concept(system)

    def concepts(self, key: str) -> list[Concept]:
        """A list of CodeableConcepts."""
        return [node.as_concept() for node in self.children(key)]

    def as_concept(self, system: str = "") -> Concept:
        """This object as a CodeableConcept."""
        codings = [node.as_coding() for node in self.children("coding")]
        chosen = next((c for c in codings if system and c.system == system), None)
        first = chosen or (codings[0] if codings else Concept())
        return Concept(self.text("text") or first.text or first.code, first.code, first.system)

    def as_coding(self) -> Concept:
        """This object as a Coding."""
        return Concept(self.text("display"), self.text("code"), self.text("system"))

    def codes(self, key: str) -> set[str]:
        """Every code of a list of CodeableConcepts."""
        return {
            coding.text("code") for node in self.children(key) for coding in node.children("coding")
        }

    def reference(self, key: str) -> str:
        """Where a Reference points; a logical one reads as `?identifier=system|value`."""
        return self.child(key).as_reference()

    def as_reference(self) -> str:
        """This object as a Reference."""
        if target := self.text("reference"):
            return target
        identifier = self.child("identifier")
        value = identifier.text("value")
        return f"?identifier={identifier.text('system')}|{value}" if value else ""

    def narrative(self) -> str:
        """The human-readable text of a resource or section, without its markup."""
        return self.child("text").text("div")

    def rest(self, *taken: str, concepts: Sequence[str] = ()) -> dict[str, Any]:
        """What has no place of its own: every field but the `taken` ones.

        Of the `concepts`, which were taken too, those stay that say more than one text and code.
        """
        said = {*taken, *(name for name in concepts if not self._says_more(name))}
        return {k: v for k, v in self.value.items() if k not in said and k not in UNKEPT}

    def _says_more(self, key: str) -> bool:
        concept = self.child(key)
        codings = concept.children("coding")
        texts = {concept.text("text"), *(coding.text("display") for coding in codings)} - {""}
        return len(codings) > 1 or len(texts) > 1

    def _list(self, key: str) -> list[Any]:
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            raise self.unfit(key, "must be a list")
        return found


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any, int]]:
    """Every value inside with its path and depth, without recursion."""
    stack = [(path, value, 0)]
    while stack:
        here, found, depth = stack.pop()
        yield here, found, depth
        if isinstance(found, dict):
            stack += [(f"{here}.{k}" if here else k, v, depth + 1) for k, v in found.items()]
        elif isinstance(found, list):
            stack += [(f"{here}[{i}]", v, depth + 1) for i, v in enumerate(found)]
