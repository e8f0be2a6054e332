"""Numbers with units, as FHIR writes them."""

from core.importing.node import Node

UCUM = "http://unitsofmeasure.org"
PLAIN_LIMIT = 10**15


def number_text(value: float | int) -> str:
    """`1` for 1.0, `0.5` for 0.5: never an exponent where a person would write none."""
    if isinstance(value, float) and value.is_integer() and abs(value) < PLAIN_LIMIT:
        return str(int(value))
    return str(value)


def amount(quantity: Node) -> str:
    """The number with its comparator: `<0.02`, `5`."""
    value = quantity.number("value")
    return "" if value is None else f"{quantity.text('comparator')}{number_text(value)}"


def unit(quantity: Node) -> str:
    """The unit as people write it."""
    return quantity.text("unit") or quantity.text("code")


def ucum(quantity: Node) -> str:
    """The unit's UCUM code where there is one, since `mcg` and `ug` are the same."""
    code = quantity.text("code") if quantity.text("system") == UCUM else ""
    return code or unit(quantity)


def span(low: Node, high: Node) -> str:
    """`1-2`, `>=1` or `<=2`."""
    if low and high:
        return f"{amount(low)}-{amount(high)}"
    return f">={amount(low)}" if low else f"<={amount(high)}" if high else ""
