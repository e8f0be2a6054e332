"""What prescribing knows of drugs: other names, interactions, cautions and alternatives."""

from clinic.reference.tables import ReferenceTable, Row
from inventory.models import DrugAlternative, DrugCaution, DrugName, InteractionRule


def save_name(name: str, rows: list[Row]) -> None:
    fields = {"generic_name": rows[0]["generic_name"], "kind": rows[0]["kind"]}
    DrugName.objects.update_or_create(name=name, defaults=fields)


def save_interaction(code: str, rows: list[Row]) -> None:
    InteractionRule.objects.update_or_create(code=code, defaults=_without_code(rows[0]))


def save_caution(code: str, rows: list[Row]) -> None:
    fields = {**_without_code(rows[0]), "age_years": rows[0]["age_years"] or None}
    DrugCaution.objects.update_or_create(code=code, defaults=fields)


def save_alternative(code: str, rows: list[Row]) -> None:
    DrugAlternative.objects.update_or_create(code=code, defaults=_without_code(rows[0]))


def _without_code(row: Row) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != "code"}


TABLES = (
    ReferenceTable("drug_names", "inventory/data/drug_names.csv", "name", save_name),
    ReferenceTable(
        "interaction_rules", "inventory/data/interaction_rules.csv", "code", save_interaction
    ),
    ReferenceTable("drug_cautions", "inventory/data/drug_cautions.csv", "code", save_caution),
    ReferenceTable(
        "drug_alternatives", "inventory/data/drug_alternatives.csv", "code", save_alternative
    ),
)
