"""What a typed line means: its parts as typed and as understood, and what is still to be said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from patients.domain.lines import amounts, frequencies
from patients.domain.lines.drugs import TYPO, Formulary
from patients.domain.lines.fitting import NOT, Fit, narrow
from patients.domain.lines.line import Line
from patients.domain.lines.numbers import plain
from patients.domain.lines.pieces import Amount, Pieces, by_hand, take_apart
from patients.domain.lines.products import Product

LONGEST = 300
TENTH = Decimal("0.1")
WHICH_ONE = "Which one?"
ROUTES = {"ophthalmic": "eye"}
"""Routes of the formulary in words that a patient reads."""


@dataclass(frozen=True)
class Part:
    """One part of the line. `typed` is empty where it was assumed."""

    name: str
    typed: str
    shown: str
    assumed: bool = False


@dataclass(frozen=True)
class Reading:
    """The line as far as it is understood; `choices` where several products may be meant.

    `meant` are all products of the name, whatever the dose.
    """

    line: Line
    parts: tuple[Part, ...] = ()
    choices: tuple[Product, ...] = ()
    meant: tuple[Product, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def asks(self) -> list[str]:
        """What is asked beside the list of choices."""
        return [question for question in self.questions if question != WHICH_ONE]

    @property
    def is_complete(self) -> bool:
        return not self.questions and self.line.is_complete


def read(
    text: str,
    formulary: Formulary,
    *,
    weight_kg: Decimal | None = None,
    given: Mapping[str, str] | None = None,
) -> Reading:
    """Understand a line; `given` holds the fields that were changed by hand."""
    pieces = take_apart(text[:LONGEST], formulary)
    if given:
        pieces = by_hand(pieces, given, formulary)
    pieces, weighed = _weighed(pieces, weight_kg)
    fits = narrow(pieces)
    sure = fits[0] if len(fits) == 1 else None
    line = _line(pieces, sure)
    choices = () if sure else tuple(one.product for one in fits)
    questions = (*weighed, *_questions(pieces, sure, line, choices))
    return Reading(line, _parts(pieces, sure, line), choices, pieces.products, questions)


def _weighed(pieces: Pieces, weight_kg: Decimal | None) -> tuple[Pieces, tuple[str, ...]]:
    """`10 mg/kg` becomes a dose where a weight of today is known."""
    if pieces.per_kg is None:
        return pieces, ()
    if weight_kg is None:
        why = "No weight of today is recorded: weigh the patient, or type the dose itself."
        return pieces, (why,)
    amount, unit, per = pieces.per_kg
    dose = amount * weight_kg
    often = frequencies.per_day(pieces.frequency)
    if per == "d" and often:
        dose = dose * often.denominator / often.numerator
    rounded = dose.quantize(Decimal(1) if dose >= 10 else TENTH, ROUND_HALF_UP)
    said = {**pieces.said, "weight": f"{plain(weight_kg)} kg"}
    return replace(pieces, amounts=(Amount(rounded, None, unit),), said=said), ()


def _line(pieces: Pieces, sure: Fit | None) -> Line:
    dose = sure.dose if sure else None
    product = sure.product if sure else None
    line = Line(
        product=product,
        dose=dose.least if dose else None,
        dose_to=dose.most if dose else None,
        unit=dose.unit if dose else "",
        route=pieces.route or (ROUTES.get(product.route, product.route) if product else ""),
        frequency=pieces.frequency,
        as_needed=pieces.as_needed,
        days=None if pieces.frequency == frequencies.ONCE_ONLY else pieces.days,
        instruction=pieces.instruction,
    )
    can = sure is not None and sure.how != NOT
    return replace(line, quantity=pieces.supply or (amounts.quantity(line) if can else None))


def _questions(
    pieces: Pieces, sure: Fit | None, line: Line, choices: tuple[Product, ...]
) -> list[str]:
    """What has to be said before the line can be prescribed, the drug first."""
    if not pieces.drug:
        return ["Which medicine?"]
    if not pieces.products:
        return [f"“{pieces.drug}” is not in the formulary."]
    if sure is None:
        return [WHICH_ONE] if choices else []
    asked = _about_dose(sure, line)
    if line.frequency and not _is_known(line.frequency):
        asked.append(f"How often is “{line.frequency}”?")
    if pieces.second_frequency:
        asked.append(f"{line.frequency} or {pieces.second_frequency}?".capitalize())
    if not line.frequency and not line.as_needed:
        asked.append("How often?")
    if not asked and line.quantity is None:
        asked.append(_about_quantity(line))
    return asked


def _is_known(frequency: str) -> bool:
    return frequency in frequencies.NOT_COUNTED or frequencies.per_day(frequency) is not None


def _about_quantity(line: Line) -> str:
    """Without a number a day there is nothing to multiply."""
    if line.days or (line.frequency and frequencies.per_day(line.frequency) is None):
        return "How many to supply?"
    return "For how many days, or how many to supply?"


def _about_dose(sure: Fit, line: Line) -> list[str]:
    if sure.dose is None:
        return ["Which dose?"]
    if sure.how == NOT:
        return [f"{sure.product.label} does not give {line.dose_in_words}."]
    return []


def _parts(pieces: Pieces, sure: Fit | None, line: Line) -> tuple[Part, ...]:
    said, hand = pieces.said, pieces.by_hand
    drug = sure.product.name if sure else _one_generic(pieces.products)
    dose_said = " ".join(filter(None, (said.get("strength"), said.get("dose"), said.get("weight"))))
    dose_assumed = bool(sure and sure.assumed)
    rows = (
        ("drug", pieces.drug, drug, pieces.how == TYPO),
        ("dose", dose_said, line.dose_in_words, dose_assumed),
        ("route", said.get("route", ""), line.route, not said.get("route")),
        ("frequency", said.get("frequency", ""), line.frequency, False),
        ("as_needed", said.get("as_needed", ""), "as needed" if line.as_needed else "", False),
        ("duration", said.get("duration", ""), line.days_in_words, False),
        ("instruction", "", line.instruction, False),
    )
    return tuple(
        Part(
            name,
            "by hand" if _hand(name, hand) else typed,
            shown,
            assumed and not _hand(name, hand),
        )
        for name, typed, shown, assumed in rows
        if shown
    )


FIELDS = {"drug": "product", "duration": "days"}


def _hand(name: str, changed: frozenset[str]) -> bool:
    return FIELDS.get(name, name) in changed


def _one_generic(products: tuple[Product, ...]) -> str:
    """The name, while only its strength is open."""
    names = {product.name for product in products}
    return names.pop() if len(names) == 1 else ""
