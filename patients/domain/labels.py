"""What stands on the label of a medicine: how to take it, in words."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from core.shell.tall_man import tall_man
from core.shell.words import dose, quantity
from inventory.models import DrugCaution, Item, Lot, Severity
from patients.models import Patient, PrescriptionItem
from patients.queries.safety import keys_of

VERBS = {
    "oral": "Take",
    "sublingual": "Put under the tongue",
    "inhalation": "Inhale",
    "topical": "Apply",
    "ophthalmic": "Put into the eye",
    "nasal": "Use in the nose",
    "otic": "Put into the ear",
    "vaginal": "Insert into the vagina",
    "rectal": "Insert into the back passage",
}
INJECTED = ("intramuscular", "intravenous", "subcutaneous", "infiltration", "intradermal")
ONES = ("tablet", "capsule", "puff", "drop", "dose", "sachet", "ampoule", "spray", "patch", "piece")
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(mg|g|mcg|micrograms?|mL|IU|units?)", re.IGNORECASE)
IN_MG = {"g": Decimal(1000), "mg": Decimal(1), "mcg": Decimal("0.001")}


@dataclass(frozen=True)
class Label:
    """One label, for one line of a prescription."""

    drug: str
    quantity: str
    how: str
    lots: tuple[str, ...]
    use_by: date | None
    instruction: str = ""

    @property
    def lots_in_words(self) -> str:
        return f"{'Lots' if len(self.lots) > 1 else 'Lot'} {', '.join(self.lots)}"


def label(line: PrescriptionItem, item: Item | None, given: Decimal, lots: list[Lot]) -> Label:
    """The label of so much of an item, given for a line."""
    name = " ".join(filter(None, (item.name, item.strength, item.form))) if item else line.drug
    return Label(
        drug=tall_man(name),
        quantity=counted(given, item.unit if item else line.unit),
        how=how_to_take(line, item),
        lots=tuple(dict.fromkeys(lot.lot_number for lot in lots)),
        use_by=min((lot.expires_on for lot in lots), default=None),
        instruction=line.instruction.strip(),
    )


def warnings(item: Item, rules: list[DrugCaution], *, sex: str) -> list[str]:
    """Whom a packet at home must not be given to, as far as the table knows; a man is told nothing of
    pregnancy."""
    About = DrugCaution.About
    known = [r for r in rules if r.drug in keys_of(item) and r.severity != Severity.MODERATE]
    ages = [r.age_years for r in known if r.about == About.YOUNGER and r.age_years]
    said = (
        [f"Not for children under {max(ages)} year{'' if max(ages) == 1 else 's'}."] if ages else []
    )
    if sex != Patient.Sex.MALE and any(r.about == About.PREGNANT for r in known):
        said.append("Not in pregnancy.")
    return said


def how_to_take(line: PrescriptionItem, item: Item | None = None) -> str:
    """`Take 1 capsule three times a day for 5 days`, of what is really in the hand."""
    amount = _amount(line, item)
    verb = _verb(line.route or (item.route if item else ""))
    often = [line.frequency, "when needed" if line.as_needed else ""]
    days = f"for {_days(line.duration_days)}" if line.duration_days else ""
    said = " ".join(part for part in (verb, amount, *often, days) if part)
    return said[:1].upper() + said[1:]


def counted(amount: Decimal, unit: str) -> str:
    """`21 capsules`, `1 bottle of 100 mL`."""
    if not unit:
        return dose(amount)
    head, of, rest = unit.partition(" of ")
    many = head if amount <= 1 or head.endswith("s") else f"{head}s"
    many = "boxes" if many == "boxs" else many
    return f"{dose(amount)} {many}{of}{rest}"


def ratio(ordered: Item | None, other: Item | None) -> Decimal | None:
    """How many of the other stand for one that was ordered; None where it cannot be told."""
    if ordered is None or other is None:
        return None
    if ordered.pk == other.pk or ordered.strength == other.strength:
        return Decimal(1)
    one, two = _strength(ordered.strength), _strength(other.strength)
    return one / two if one and two else None


def _amount(line: PrescriptionItem, item: Item | None) -> str:
    """The dose counted in what is given, where that is known; else as it was written."""
    number, unit = _number(line.dose), line.unit.strip()
    if number is None:
        return f"{line.dose} {unit}".strip()
    if unit.rstrip("s") in ONES:
        per = ratio(line.item, item) or Decimal(1)
        return counted(number * per, unit.rstrip("s"))
    pieces = _pieces(number, unit, item)
    written = dose(line.dose, unit)
    return f"{counted(pieces, item.unit)} ({written})" if pieces and item else written


def _pieces(number: Decimal, unit: str, item: Item | None) -> Decimal | None:
    """So many tablets make the dose: 500 mg of 250 mg tablets are 2."""
    if item is None or item.unit not in ONES:
        return None
    wanted, each = _strength(f"{number} {unit}"), _strength(item.strength)
    pieces = wanted / each if wanted and each else None
    halves = pieces is not None and pieces * 2 == (pieces * 2).to_integral_value()
    return pieces if halves else None


def _strength(text: str) -> Decimal | None:
    """In milligrams, of something with one substance and nothing per millilitre."""
    found = AMOUNT.fullmatch(text.strip())
    if not found:
        return None
    unit = found[2].lower().removesuffix("s")
    per = IN_MG.get("mcg" if unit == "microgram" else unit)
    return Decimal(found[1]) * per if per else None


def _verb(route: str) -> str:
    key = route.strip().lower()
    return "Inject" if key in INJECTED else VERBS.get(key, "Use" if key else "Take")


def _days(days: int) -> str:
    return quantity(days, "day" if days == 1 else "days")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
