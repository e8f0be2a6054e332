"""Rooms, allergy groups, laboratory tests and their reference ranges."""

from decimal import Decimal

from psycopg.types.range import Range

from clinic.reference.tables import ReferenceTable, Row
from patients.models import AllergyGroup, LabTest, ReferenceRange, Room

DAYS = {"d": 1.0, "y": 365.25}


def save_room(name: str, rows: list[Row]) -> None:
    Room.objects.update_or_create(name=name, defaults={"kind": rows[0]["kind"]})


def save_allergy_group(name: str, rows: list[Row]) -> None:
    members = rows[0]["members"].split("|")
    fields = {"members": members, "note": rows[0]["note"]}
    AllergyGroup.objects.update_or_create(name=name, defaults=fields)


def save_lab_test(code: str, rows: list[Row]) -> None:
    row = rows[0]
    words = {name: row[name] for name in ("loinc", "name", "panel", "unit", "specimen")}
    lists = {name: listed(row[name]) for name in ("answers", "abnormal", "critical")}
    limits = {name: number(row[name]) for name in ("least", "most", "delta")}
    fields = {**words, **lists, **limits, "position": int(row["position"])}
    LabTest.objects.update_or_create(code=code, defaults=fields)


def listed(text: str) -> list[str]:
    return text.split("|") if text else []


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def save_ranges(code: str, rows: list[Row]) -> None:
    """All ranges of a test at once: new bounds may overlap old ones."""
    test = LabTest.objects.get(code=code)
    test.ranges.all().delete()
    ReferenceRange.objects.bulk_create(range_of(test, row) for row in rows)


def range_of(test: LabTest, row: Row) -> ReferenceRange:
    limits = ("low", "high", "critical_low", "critical_high")
    return ReferenceRange(
        test=test,
        sex=row["sex"],
        age_days=Range(days(row["age_from"]), days(row["age_to"])),
        unit=row["unit"],
        source=row["source"],
        **{name: number(row[name]) for name in limits},
    )


def days(age: str) -> int | None:
    """`30d` and `2y` in days; an empty age has no end."""
    return int(int(age[:-1]) * DAYS[age[-1]]) if age else None


TABLES = (
    ReferenceTable("rooms", "patients/data/rooms.csv", "name", save_room),
    ReferenceTable(
        "allergy_groups", "patients/data/allergy_groups.csv", "name", save_allergy_group
    ),
    ReferenceTable("lab_tests", "patients/data/lab_tests.csv", "code", save_lab_test),
    ReferenceTable("reference_ranges", "patients/data/reference_ranges.csv", "test", save_ranges),
)
