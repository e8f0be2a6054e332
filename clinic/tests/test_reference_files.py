"""What the shipped reference files say must make sense before anybody loads them."""

import csv
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings

from clinic.reference.care import days
from inventory.models import Item
from patients.models import ReferenceRange, Room

FAR = 10**6
COUNTS = {"10*3/uL", "10*6/uL", "%", "{INR}", "{ratio}", "[pH]", "fL", "pg", "s", "mm/h"}
AMOUNTS = {"g/dL", "mg/dL", "ug/dL", "ng/dL", "ug/mL", "ng/mL", "pg/mL", "mmol/L", "mg/L", "mg/g"}
ACTIVITIES = {"U/L", "[IU]/mL", "m[IU]/L", "m[IU]/mL", "mL/min/{1.73_m2}"}
UNITS = COUNTS | AMOUNTS | ACTIVITIES


def rows(path: str) -> list[dict[str, str]]:
    with (Path(settings.BASE_DIR) / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FORMULARY = rows("inventory/data/formulary.csv")
TESTS = rows("patients/data/lab_tests.csv")
RANGES = rows("patients/data/reference_ranges.csv")
SERVICES = rows("billing/data/services.csv")


def span(row: dict[str, str]) -> tuple[int, int]:
    end = days(row["age_to"])
    return days(row["age_from"]) or 0, FAR if end is None else end


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (FORMULARY, "sku"),
        (TESTS, "code"),
        (SERVICES, "code"),
        (rows("patients/data/rooms.csv"), "name"),
        (rows("patients/data/allergy_groups.csv"), "name"),
        (rows("clinical_docs/data/note_templates.csv"), "name"),
    ],
)
def test_keys_are_there_and_differ(table, key):
    keys = [row[key] for row in table]

    assert all(keys)
    assert repeated(keys) == []


def test_every_column_of_every_row_is_filled_or_empty_never_missing():
    for table in (FORMULARY, TESTS, RANGES, SERVICES):
        assert {None} & {value for row in table for value in row.values()} == set()


def test_the_formulary_has_positive_prices_and_reorder_levels():
    assert [r["sku"] for r in FORMULARY if Decimal(r["price"]) <= 0] == []
    assert [r["sku"] for r in FORMULARY if int(r["reorder_level"]) <= 0] == []
    assert {r["kind"] for r in FORMULARY} == set(Item.Kind.values)


def test_every_medicine_has_an_atc_code_form_strength_and_route():
    atc = re.compile(r"[A-Z]\d\d[A-Z]([A-Z](\d\d)?)?")
    medicines = [r for r in FORMULARY if r["kind"] != "supply"]

    assert len(medicines) > 150
    assert [r["sku"] for r in medicines if not atc.fullmatch(r["atc_code"])] == []
    assert [r["sku"] for r in medicines if not (r["form"] and r["strength"] and r["route"])] == []


def test_only_scheduled_medicines_are_controlled():
    assert {r["controlled"] for r in FORMULARY} == {"", "CII", "CIV", "CV"}


def test_loinc_codes_have_their_check_digit():
    def check_digit(code: str) -> int:
        digits = code.partition("-")[0][::-1]
        doubled = [int(d) * 2 if i % 2 == 0 else int(d) for i, d in enumerate(digits)]
        return -sum(d - 9 if d > 9 else d for d in doubled) % 10

    loinc = [r["loinc"] for r in TESTS if r["loinc"]]

    assert [code for code in loinc if int(code[-1]) != check_digit(code)] == []
    assert repeated(loinc) == []


def test_units_are_of_ucum_and_panels_have_members():
    panels = {r["panel"] for r in TESTS if r["panel"]}

    assert {r["unit"] for r in TESTS if r["unit"]} - UNITS == set()
    assert panels - {r["name"] for r in TESTS} == {"Iron studies"}


def test_a_range_is_in_the_unit_of_its_test():
    unit = {r["code"]: r["unit"] for r in TESTS}

    assert [r for r in RANGES if unit[r["test"]] != r["unit"]] == []
    assert {r["sex"] for r in RANGES} == set(ReferenceRange.Sex.values)


def test_for_any_sex_and_age_at_most_one_range_of_a_test_holds():
    for sex in ("female", "male"):
        for test in {r["test"] for r in RANGES}:
            held = sorted(span(r) for r in RANGES if r["test"] == test and r["sex"] in (sex, "any"))
            assert all(a[1] <= b[0] for a, b in pairwise(held)), (test, sex)


def test_ages_run_forward():
    assert [r for r in RANGES if span(r)[0] >= span(r)[1]] == []


def test_normal_lies_inside_critical():
    def number(row: dict[str, str], name: str, absent: int) -> Decimal:
        return Decimal(row[name] or absent)

    for row in RANGES:
        low, high = number(row, "low", -FAR), number(row, "high", FAR)
        assert number(row, "critical_low", -FAR - 1) < low < high, row
        assert high < number(row, "critical_high", FAR + 1), row
        assert row["low"] or row["high"], row
        assert row["source"], row


def test_services_cost_something():
    assert [r["code"] for r in SERVICES if Decimal(r["price"]) <= 0] == []


def test_rooms_are_of_kinds_the_clinic_knows():
    assert {r["kind"] for r in rows("patients/data/rooms.csv")} <= set(Room.Kind.values)
