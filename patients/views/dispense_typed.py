"""What somebody typed on the sheet, or pressed instead of typing."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from uuid import UUID

from patients.models import PrescriptionItem

GIVE, OWE, NOT_GIVEN = "give", "owe", "not"
SUBSTITUTING = "sub"
LARGEST = Decimal(9_999_999)


class Typed:
    """The fields of a sheet, by line and lot; empty for a sheet that is opened."""

    def __init__(self, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        self.some: set[str] = set()

    def act(self, line: PrescriptionItem) -> str:
        """What is to happen with the line."""
        chosen = self.fields.get(f"do-{line.pk}", "")
        return chosen if chosen in (OWE, NOT_GIVEN, SUBSTITUTING) else GIVE

    def why(self, line: PrescriptionItem) -> str:
        return self.fields.get(f"why-{line.pk}", "")

    def item(self, line: PrescriptionItem) -> UUID | None:
        """The substitute that was chosen."""
        return identifier(self.fields.get(f"item-{line.pk}", ""))

    def given(self, line: PrescriptionItem, lot: UUID) -> str | None:
        """As it was typed; None where nothing was shown to type into."""
        return self.fields.get(f"give-{line.pk}-{lot}")

    def seen(self, line: PrescriptionItem, lot: UUID) -> Decimal | None:
        """How many there were when the sheet was opened."""
        return number(self.fields.get(f"seen-{line.pk}-{lot}", ""))

    def gives_what_there_is(self, line: PrescriptionItem) -> bool:
        """Whether the line was told to take what is there and owe the rest."""
        return str(line.pk) in self.some

    @property
    def counted(self) -> set[str]:
        """The lines that the main button spoke of."""
        return set(self.fields.get("counts", "").split())

    def press(self, way: str) -> None:
        """A way out: `owe:LINE`, `not:LINE`, `sub:LINE`, `give:LINE`, `some:LINE`, `take:LINE:ITEM`."""
        act, _, rest = way.partition(":")
        line, _, item = rest.partition(":")
        if act in (OWE, NOT_GIVEN, SUBSTITUTING):
            self.fields[f"do-{line}"] = act
            self.fields.pop(f"why-{line}", None)
        elif act in (GIVE, "some", "take"):
            self._afresh(line)
            self.some |= {line} if act == "some" else set()
            self.fields[f"item-{line}"] = item

    def _afresh(self, line: str) -> None:
        """The quantities of a line are proposed anew."""
        gone = (f"give-{line}-", f"do-{line}", f"why-{line}")
        self.fields = {key: v for key, v in self.fields.items() if not key.startswith(gone)}


def number(text: str | None) -> Decimal | None:
    """A quantity as typed: nothing is 0, None what is no number."""
    plain = (text or "").strip().replace(",", ".")
    if not plain:
        return Decimal(0)
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return None
    fits = found.is_finite() and 0 <= found <= LARGEST
    return found if fits and found == round(found, 2) else None


def identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
