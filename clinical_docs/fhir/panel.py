"""Results of one or several observations in the shape of SPEC.md's blood count."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.importing.node import Node
from core.importing.quantities import amount, span, ucum, unit

CRITICAL_FLAGS = ("HH", "LL", "AA", ">", "<")
PLAIN_RANGE = {"low", "high", "type", "text"}
KEY_LENGTH = 60
PARTS = (
    "results",
    "units",
    "unit_names",
    "names",
    "codes",
    "reference_ranges",
    "critical_ranges",
    "flags",
)
Value = str | int | float | bool | None


@dataclass
class Panel:
    """`results` by analyte, and beside it what is known of each: unit, code, range, flag.

    A value is a number, or text where it is none: `<0.02`, `1:128`, `positive`.
    """

    results: dict[str, Any] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    unit_names: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    reference_ranges: dict[str, dict[str, Any]] = field(default_factory=dict)
    critical_ranges: dict[str, dict[str, Any]] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    critical: list[str] = field(default_factory=list)

    def add(self, node: Node) -> None:
        """An Observation or one of its components."""
        value = value_of(node)
        if value is None:
            return
        code = node.concept("code")
        key = self._free(key_of(code.text or code.code or "result"))
        self.results[key] = value
        self.names[key] = code.text
        if code.code:
            self.codes[key] = code.code
        self._add_unit(key, node.child("valueQuantity"))
        self._add_ranges(key, node.children("referenceRange"))
        self._add_flag(key, node)

    def merge(self, data: dict[str, Any]) -> None:
        """The results of another document."""
        for key in data.get("results", {}):
            own = self._free(key)
            for part in PARTS:
                if key in data.get(part, {}):
                    getattr(self, part)[own] = data[part][key]
            if key in data.get("critical", []):
                self.critical.append(own)

    def as_data(self) -> dict[str, Any]:
        """SPEC.md's keys always, the others where they say something."""
        always = {"results": self.results, "reference_ranges": self.reference_ranges}
        others = {part: getattr(self, part) for part in (*PARTS, "critical")}
        return {**always, **{part: found for part, found in others.items() if found}}

    def summary(self) -> str:
        """The flags in a word, the gravest first: `HH`, `H L`; nothing when all is normal."""
        flags = {flag for flag in self.flags.values() if flag != "N"}
        return " ".join(sorted(flags, key=lambda flag: (flag not in CRITICAL_FLAGS, flag)))[:40]

    def _free(self, key: str) -> str:
        number, free = 1, key
        while free in self.results:
            number += 1
            free = f"{key}_{number}"
        return free

    def _add_unit(self, key: str, quantity: Node) -> None:
        code, name = ucum(quantity), unit(quantity)
        if code:
            self.units[key] = code
        if name != code:
            self.unit_names[key] = name

    def _add_ranges(self, key: str, ranges: Iterable[Node]) -> None:
        for each in ranges:
            limits = {
                name: value
                for name, side in (("min", "low"), ("max", "high"))
                if (value := each.child(side).number("value")) is not None
            }
            text = f"{each.text('text')} {each.child('type').as_concept().text}".lower()
            target = self.critical_ranges if "critical" in text else self.reference_ranges
            if limits:
                target.setdefault(key, limits)

    def _add_flag(self, key: str, node: Node) -> None:
        flag = next((each.code for each in node.concepts("interpretation") if each.code), "")
        if flag:
            self.flags[key] = flag
        if flag in CRITICAL_FLAGS:
            self.critical.append(key)


@lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """`Hemoglobin [Mass/volume] in Blood` is filed under `hemoglobin`; its code tells the rest."""
    analyte = name.partition(" [")[0]
    return re.sub(r"\W+", "_", analyte.lower()).strip("_")[:KEY_LENGTH] or "result"


def value_of(node: Node) -> Value:
    """The value of an Observation or component; None where there is none, or only a curve."""
    for name, found in node.value.items():
        if name.startswith("value") and found is not None:
            return _value(node, name)
    return None


def _value(node: Node, name: str) -> Value:
    match name:
        case "valueQuantity":
            quantity = node.child(name)
            return amount(quantity) if quantity.text("comparator") else quantity.number("value")
        case "valueCodeableConcept":
            return node.concept(name).text or None
        case "valueInteger":
            return node.number(name)
        case "valueBoolean":
            return node.flag(name)
        case "valueRange":
            return span(node.child(name).child("low"), node.child(name).child("high")) or None
        case "valueRatio":
            ratio = node.child(name)
            return f"{amount(ratio.child('numerator'))}:{amount(ratio.child('denominator'))}"
        case "valueString" | "valueDateTime" | "valueTime":
            return node.text(name) or None
    return None


def are_plain(ranges: Iterable[Node]) -> bool:
    """Whether the panel says all there is to these reference ranges."""
    return all(PLAIN_RANGE.issuperset(each.value) for each in ranges)
