"""What is typed, what it is taken for, and what is usual at which age."""

import csv
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from clinical_docs.vital_signs.panel import bmi
from clinical_docs.vital_signs.ranges import FILE, age_in_months, limits
from clinical_docs.vital_signs.reading import NotUnderstood, read, read_pressure
from clinical_docs.vital_signs.signs import SIGNS
from clinical_docs.vital_signs.whom import Whom

D = Decimal


@pytest.mark.parametrize(
    ("name", "typed", "value", "assumed"),
    [
        ("temperature", "37.5", "37.5", ""), ("temperature", "37,5", "37.5", ""),
        ("temperature", "98.6F", "37.0", ""), ("temperature", "102 °f", "38.9", ""),
        ("temperature", "98.6", "37.0", "°f"), ("temperature", "36.75", "36.8", ""),
        ("weight", "157 lb", "71.21", ""), ("weight", "71.5 kg", "71.5", ""),
        ("weight", "3400 g", "3.4", ""), ("weight", "3400", "3.4", "g"),
        ("height", "5'11", "180.3", ""), ("height", "5 ft 11 in", "180.3", ""),
        ("height", "71in", "180.3", ""), ("height", "1.72", "172", "m"),
        ("height", "1.72 m", "172", ""), ("height", "6 ft", "182.9", ""),
        ("glucose", "6.9", "6.9", ""), ("glucose", "126 mg/dl", "7.0", ""),
        ("glucose", "126", "7.0", "mg/dl"), ("pulse", "72 bpm", "72", ""),
        ("oxygen", "94 %", "94", ""), ("breathing", " 22 ", "22", ""),
    ],
)  # fmt: skip
def test_any_usual_unit_is_understood(name, typed, value, assumed):
    found = read(name, typed)

    assert (found.value, found.assumed) == (D(value), assumed)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("pulse", "fast", "Enter a number"),
        ("pulse", "72.5", "whole number"),
        ("pulse", "400", "between 10 and 300"),
        ("temperature", "37.123", "decimals"),
        ("temperature", "50", "between 25 and 45"),
        ("temperature", "36 kg", "no unit for this"),
        ("oxygen", "101", "between 30 and 100"),
        ("weight", "", "Enter a number"),
        ("pulse", "٧٢", "Enter a number"),
    ],
)
def test_what_cannot_be_is_said_in_words(name, typed, said):
    with pytest.raises(NotUnderstood, match=said):
        read(name, typed)


@pytest.mark.parametrize("typed", ["108/64", "108 64", "108-64", " 108 / 64 mmHg"])
def test_both_pressures_are_read_from_one_field(typed):
    assert read_pressure(typed) == {"systolic": 108, "diastolic": 64}


def test_the_upper_pressure_may_stand_alone_and_never_below_the_lower():
    assert read_pressure("108") == {"systolic": 108}
    for upside_down in ("64/108", "80/80"):
        with pytest.raises(NotUnderstood, match="below the upper"):
            read_pressure(upside_down)


@pytest.mark.parametrize(
    ("born", "months"),
    [("2026-11-24", 0), ("2026-10-25", 0), ("2026-10-24", 1), ("2025-11-25", 11), ("2010-11-24", 192)],
)  # fmt: skip
def test_age_is_counted_in_whole_months(born, months):
    assert age_in_months(date.fromisoformat(born), date(2026, 11, 24)) == months


@pytest.mark.parametrize(
    ("name", "months", "letters"),
    [
        # Fleming 2011: below 3 months 34 to 57 is usual, 25 to 66 the 1st to the 99th centile.
        ("breathing", 2, {"24": "LL", "25": "L", "33": "L", "34": "", "57": "", "58": "H", "67": "HH"}),
        ("breathing", 3, {"24": "L", "64": "H", "65": "HH"}),
        ("pulse", 5 * 12, {"64": "LL", "65": "L", "81": "", "117": "", "118": "H", "132": "HH"}),
        ("pulse", 16 * 12, {"40": "LL", "50": "L", "51": "", "90": "", "91": "H", "131": "HH"}),
        # PALS: hypotension is below 70 + 2 x years.
        ("systolic", 4 * 12, {"77": "LL", "78": "L", "89": "", "112": "", "113": "H"}),
        ("systolic", 40 * 12, {"90": "LL", "91": "L", "111": "", "139": "", "140": "H", "220": "HH"}),
        # NICE: 38 degrees is grave under 3 months, 39 under 6.
        ("temperature", 2, {"37.9": "", "38.0": "HH"}),
        ("temperature", 4, {"38.0": "H", "38.9": "H", "39.0": "HH"}),
        ("temperature", 24, {"35.9": "L", "37.9": "", "38.0": "H", "40.5": "H"}),
        ("oxygen", 24, {"89": "LL", "95": "L", "96": ""}),
    ],
)  # fmt: skip
def test_letters_go_by_age(name, months, letters):
    found = limits(name, months)

    assert {value: found.letter(D(value)) for value in letters} == letters


@pytest.mark.parametrize("name", [name for name in SIGNS if name not in ("weight", "height")])
@pytest.mark.parametrize(
    "months", [0, 1, 2, 3, 5, 11, 12, 23, 24, 71, 119, 143, 191, 192, 600, 1199]
)
def test_every_age_has_a_range_with_its_source(name, months):
    found = limits(name, months)

    assert found.source
    assert found.low is not None


def test_no_two_ranges_of_a_sign_overlap_and_each_is_the_right_way_round():
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        ends = [D(row[n]) for n in ("critical_low", "low", "high", "critical_high") if row[n]]
        assert ends == sorted(ends), row
    for before, after in pairwise(rows):
        if before["sign"] == after["sign"]:
            assert months_of(before["age_to"]) == months_of(after["age_from"]), (before, after)


def months_of(age: str) -> int:
    return int(age[:-1]) * {"m": 1, "y": 12}[age[-1]]


@pytest.mark.parametrize(
    ("born", "sex", "words"),
    [
        (date(1988, 3, 2), "female", "a woman of 38 years"),
        (date(2025, 9, 1), "male", "a boy of 14 months"),
        (date(2026, 10, 20), "female", "a girl of 1 month"),
        (date(2020, 1, 1), "unknown", "a child of 6 years"),
        (None, "male", "an adult; the date of birth is not known"),
    ],
)
def test_whom_the_ranges_are_for_is_said(born, sex, words):
    assert Whom.of(born, sex, date(2026, 11, 24)).in_words == words


@pytest.mark.parametrize(
    ("years", "sex", "asked"),
    [(11, "female", False), (12, "female", True), (55, "female", True), (56, "female", False), (30, "male", False)],
)  # fmt: skip
def test_women_of_twelve_to_fifty_five_are_asked_for_a_pregnancy(years, sex, asked):
    assert Whom(years * 12, sex).may_be_pregnant is asked


def test_the_body_mass_index_is_computed_to_one_decimal():
    assert bmi({"weight": D("71.5"), "height": D(172)}) == D("24.2")
    assert bmi({"weight": D("71.5")}) is None
