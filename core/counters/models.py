"""The last number given, by what is numbered."""

from django.db import models


class Counter(models.Model):
    """`name` says what is counted and for which day or year, such as `ticket 2026-11-24 A`."""

    name = models.CharField(max_length=100, primary_key=True)
    value = models.BigIntegerField()

    class Meta:
        db_table = "number_counters"

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
