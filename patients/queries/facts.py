"""What other apps know of a patient and a prescriber needs: they fill it in AppConfig.ready."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

Weight = Callable[[UUID], Decimal | None]
Prices = Callable[[list[str]], dict[str, Decimal]]


class Facts:
    """Answers that live in an app above this one; without it the answer is: not known."""

    def __init__(self) -> None:
        self._weight: Weight | None = None
        self._prices: Prices | None = None

    def provide_weight(self, asked: Weight) -> None:
        """`asked(patient_id)` gives today's weight in kg."""
        self._weight = asked

    def provide_test_prices(self, asked: Prices) -> None:
        """`asked(codes)` gives the price of each laboratory test that has one."""
        self._prices = asked

    def weight_today(self, patient_id: UUID) -> Decimal | None:
        return self._weight(patient_id) if self._weight else None

    def test_prices(self, codes: list[str]) -> dict[str, Decimal]:
        return self._prices(codes) if self._prices else {}


facts = Facts()
