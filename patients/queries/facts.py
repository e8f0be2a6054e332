"""What other apps know of a patient and a prescriber needs: they fill it in AppConfig.ready."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from patients.models import LabTest

Weight = Callable[[UUID], Decimal | None]
Pregnancy = Callable[[UUID], bool | None]
Prices = Callable[[list[LabTest]], dict[str, Decimal]]


class Facts:
    """Answers that live in an app above this one; without it the answer is: not known."""

    def __init__(self) -> None:
        self._weight: Weight | None = None
        self._pregnancy: Pregnancy | None = None
        self._prices: Prices | None = None

    def provide_weight(self, asked: Weight) -> None:
        """`asked(patient_id)` gives today's weight in kg."""
        self._weight = asked

    def provide_pregnancy(self, asked: Pregnancy) -> None:
        """`asked(patient_id)` tells whether the patient said to be pregnant; None: not asked."""
        self._pregnancy = asked

    def provide_test_prices(self, asked: Prices) -> None:
        """`asked(tests)` gives the price of each that has one, by its code."""
        self._prices = asked

    def weight_today(self, patient_id: UUID) -> Decimal | None:
        return self._weight(patient_id) if self._weight else None

    def pregnant(self, patient_id: UUID) -> bool | None:
        return self._pregnancy(patient_id) if self._pregnancy else None

    def test_prices(self, tests: list[LabTest]) -> dict[str, Decimal]:
        return self._prices(tests) if self._prices else {}


facts = Facts()
