"""Column types that carry a promise."""

from typing import Any

from django.db import models

__all__ = ["MoneyField", "SensitiveTextField"]


class SensitiveTextField(models.TextField):  # type: ignore[type-arg]
    """Text that identifies or locates a person.

    The audit tells that it changed, and to what only where it is encrypted (core.crypto.fields).
    """


class MoneyField(models.DecimalField):  # type: ignore[type-arg]
    """An exact amount in the clinic's one currency: 14 digits, 2 of them after the point."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_digits", 14)
        options.setdefault("decimal_places", 2)
        super().__init__(**options)
