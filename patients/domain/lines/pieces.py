"""The pieces of a typed line, before it is decided what they mean together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from patients.domain.lines import frequencies, typed, units
from patients.domain.lines.drugs import EXACT, TYPO, Formulary
from patients.domain.lines.numbers import NUMBER, NUMBER_OR_WORD, number
from patients.domain.lines.products import Product
from patients.domain.lines.typed import FILLERS, Typed

_AMOUNT = re.compile(
    rf"^({NUMBER_OR_WORD})(?:\s*(?:-|to|or)\s*({NUMBER_OR_WORD}))?\s*({units.PATTERN})?$",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"^({NUMBER})(?![\d/])")


@dataclass(frozen=True)
class Amount:
    """`1-2 tab`: from, to (or None), unit ("" where none was typed)."""

    least: Decimal
    most: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Pieces:
    """What was found in the text; `said` has the typed words by part."""

    products: tuple[Product, ...] = ()
    how: int = 0
    drug: str = ""
    amounts: tuple[Amount, ...] = ()
    bare: Amount | None = None
    strength: str = ""
    per_kg: tuple[Decimal, str, str] | None = None
    form: str = ""
    route: str = ""
    frequency: str = ""
    second_frequency: str = ""
    days: int | None = None
    supply: Decimal | None = None
    as_needed: bool = False
    instruction: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    by_hand: frozenset[str] = frozenset()


def take_apart(text: str, formulary: Formulary) -> Pieces:
    """Find every piece once, those that cannot be mistaken first."""
    head, _, verbatim = text.partition(";")
    line = Typed(typed.tidy(head))
    known = _name_at_start(line, formulary)
    told = _amounts_that_stand_alone(line)
    slots = frequencies.slots(line.left)
    if slots:
        line.cut("frequency", slots[2])
    pieces = Pieces(
        **told,
        frequency=slots[1] if slots else line.find("frequency", frequencies.find),
        second_frequency=line.find("frequency", frequencies.find),
        days=typed.take_days(line),
        supply=_supply(line),
        as_needed=line.take("as_needed", typed._PRN) is not None,
    )
    pieces = replace(pieces, **_doses(line, slots))
    return _words(line, pieces, known, formulary, verbatim.strip())


def _name_at_start(line: Typed, formulary: Formulary) -> tuple[Product, ...]:
    """Whole names first: `oral rehydration salts` names no route."""
    found = formulary.name_at_start(line.left.lower())
    if found is None:
        return ()
    line.cut("drug", (0, len(found[0])))
    return found[1]


def _amounts_that_stand_alone(line: Typed) -> dict[str, Any]:
    """What looks like a dose and is none: `max 4 g`, `10 mg/kg`, `250 mg/5 mL`, `0.5 %`."""
    most = line.take("instruction", typed._MAX)
    per_kg = line.take("dose", typed._PER_KG)
    of_volume = line.take("strength", typed._CONC)
    percent = line.take("strength", typed._PERCENT)
    found: dict[str, Any] = {"instruction": most[0].strip() if most else ""}
    if per_kg:
        found["per_kg"] = (number(per_kg[1]), units.unit(per_kg[2]), (per_kg[3] or "").lower()[:1])
    if match := of_volume or percent:
        found["strength"] = f"{number(match[1]).normalize():f}"
    return found


def _supply(line: Typed) -> Decimal | None:
    match = line.take("quantity", typed._SUPPLY)
    return number(match[1]) if match else None


def _doses(line: Typed, slots: tuple[str, str, tuple[int, int]] | None) -> dict[str, Any]:
    """Everything with a unit, then a pair of strengths, then the first number without one."""
    found: dict[str, Any] = {"route": typed.take_route(line)}
    amounts = []
    while match := line.take("dose", typed._DOSE):
        amounts.append(_amount(match[1], match[2], units.unit(match[3])))
    found["amounts"] = tuple(amounts)
    if pair := line.take("dose", typed._PAIR):
        found["strength"] = "/".join(f"{number(part).normalize():f}" for part in pair.group(1, 2))
    form = line.take("form", typed._FORM)
    found["form"] = form[0].lower() if form else ""
    if slots:
        found["amounts"] = (*amounts, _amount(slots[0], None, "dose"))
    elif bare := line.take("dose", typed._BARE):
        found["bare"] = _amount(bare[1], bare[2], "")
    return {name: value for name, value in found.items() if value}


def _amount(least: str, most: str | None, unit: str) -> Amount:
    return Amount(number(least.lower()), number(most.lower()) if most else None, unit)


def _words(
    line: Typed, pieces: Pieces, known: tuple[Product, ...], formulary: Formulary, verbatim: str
) -> Pieces:
    """What is left names the drug, or is said to the patient."""
    meal = typed.take_meal(line)
    runs = [run for run in line.runs() if not set(run.lower().split()) <= FILLERS]
    products, how, drug, rest = (known, EXACT, line.said.get("drug", ""), runs)
    if runs:
        products, how, drug, rest = _drug(runs, known, drug, formulary)
    told = [pieces.instruction, meal, *rest, verbatim]
    return replace(
        pieces,
        products=products,
        how=how if products else 0,
        drug=drug,
        instruction=", ".join(part for part in told if part),
        said=line.said,
    )


Named = tuple[tuple[Product, ...], int, str, list[str]]


def _drug(runs: list[str], known: tuple[Product, ...], name: str, formulary: Formulary) -> Named:
    """The name goes on after its first word, or is the first run of words that names anything."""
    for place, run in enumerate(runs):
        words = run.split()
        while words and words[0].lower() in FILLERS:
            words.pop(0)
        for end in range(len(words), 0, -1):
            said = " ".join([name, *words[:end]] if known else words[:end])
            found = formulary.find(said)
            # A whole name goes on only by words that truly follow: `x5` is no typing error.
            if found.products and (found.how > TYPO or not known):
                left = [" ".join(words[end:])] if words[end:] else []
                return found.products, found.how, said, runs[:place] + left + runs[place + 1 :]
        if known:
            break
    return (known, EXACT, name, runs) if known else ((), 0, runs[0], runs[1:])


def by_hand(pieces: Pieces, given: Mapping[str, str], formulary: Formulary) -> Pieces:
    """What was changed in the fields takes the place of what was read."""
    changed: dict[str, Any] = {}
    if product := next((p for p in formulary.products if p.id == given.get("product")), None):
        changed |= {"products": (product,), "how": EXACT, "drug": pieces.drug or product.name}
    if amount := _typed_amount(given.get("dose", "")):
        changed |= {"amounts": (amount,), "bare": None, "per_kg": None, "strength": ""}
    for name in ("route", "instruction"):
        if name in given:
            changed[name] = given[name].strip()
    changed |= _counted_by_hand(given)
    return replace(pieces, **changed, by_hand=frozenset(given))


def _typed_amount(text: str) -> Amount | None:
    match = _AMOUNT.match(typed.tidy(text))
    return _amount(match[1], match[2], units.unit(match[3] or "")) if match else None


def _counted_by_hand(given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "frequency" in given:
        found |= {"frequency": often(given["frequency"]), "second_frequency": ""}
    if "days" in given:
        found["days"] = how_long(given["days"])
    if "as_needed" in given:
        found["as_needed"] = bool(given["as_needed"])
    if "quantity" in given:
        found["supply"] = _positive(given["quantity"])
    return found


def how_long(text: str) -> int | None:
    """`5`, `5 days`, `5/7` or `two weeks` in days."""
    tidy = typed.tidy(text)
    if tidy.isdecimal():
        return int(tidy) or None
    return typed.take_days(Typed(tidy)) if tidy else None


def often(text: str) -> str:
    """A frequency typed alone, in words; what is none stays as it was typed."""
    tidy = typed.tidy(text)
    if frequencies.per_day(tidy) is not None:
        return tidy
    found = frequencies.find(tidy)
    return found[0] if found else tidy


def _positive(text: str) -> Decimal | None:
    """`15` or `15 capsules`."""
    match = _COUNT.match(typed.tidy(text))
    value = number(match[1]) if match else None
    return value or None
