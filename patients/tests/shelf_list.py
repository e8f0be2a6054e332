"""The formulary as its files hold it: for tests without a database, and with one."""

import csv
from functools import cache
from pathlib import Path

from inventory.models import DrugAlternative, DrugCaution, DrugName, InteractionRule, Item
from patients.domain.lines.drugs import Formulary
from patients.domain.lines.products import Product
from patients.models import AllergyGroup

DATA = Path(__file__).parents[2] / "inventory/data"
PATIENTS = Path(__file__).parents[1] / "data"
RULES = {
    DrugName: "drug_names",
    InteractionRule: "interaction_rules",
    DrugCaution: "drug_cautions",
    DrugAlternative: "drug_alternatives",
}


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


def fill_tables() -> None:
    """The same in the database, at once: formulary, allergy groups, and what prescribing knows."""
    plain = ("sku", "kind", "name", "generic_name", "atc_code", "form", "strength", "unit", "route")
    Item.objects.bulk_create(
        Item(price=row["price"], **{name: row[name] for name in plain}) for row in rows("formulary")
    )
    with (PATIENTS / "allergy_groups.csv").open(encoding="utf-8", newline="") as file:
        groups = list(csv.DictReader(file))
    AllergyGroup.objects.bulk_create(
        AllergyGroup(name=row["name"], members=row["members"].split("|"), note=row["note"])
        for row in groups
    )
    for model, name in RULES.items():
        model.objects.bulk_create(model(**without_blanks(row)) for row in rows(name))


def without_blanks(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}
