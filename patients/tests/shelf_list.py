"""The formulary as its files hold it, for tests that need no database."""

import csv
from functools import cache
from pathlib import Path

from patients.domain.lines.drugs import Formulary
from patients.domain.lines.products import Product

DATA = Path(__file__).parents[2] / "inventory/data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def formulary() -> Formulary:
    drugs = [row for row in rows("formulary") if row["kind"] == "drug"]
    names = {row["name"]: row["generic_name"] for row in rows("drug_names")}
    return Formulary(tuple(product(row) for row in drugs), names)


def product(row: dict[str, str]) -> Product:
    return Product(
        id=row["sku"],
        name=row["name"],
        generic=row["generic_name"],
        strength=row["strength"],
        form=row["form"],
        unit=row["unit"],
        route=row["route"],
        atc=row["atc_code"],
    )
