"""What the files say of drugs: enough pairs, each with a source, about drugs that exist."""

import csv
from pathlib import Path

import pytest

from inventory.models import DrugCaution, DrugName, Severity

DATA = Path(__file__).parents[1] / "data"
ATC_LEVELS = (1, 3, 4, 5, 7)
# A clinic may add these; the rules are ready for them.
NOT_HELD = {"azathioprine", "codeine", "misoprostol", "D10AD"}


def rows(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


DRUGS = [row for row in rows("formulary") if row["kind"] == "drug"]
KEYS = {
    key
    for row in DRUGS
    for key in (
        row["generic_name"].lower(),
        *row["generic_name"].lower().split(" and "),
        *(row["atc_code"][:level] for level in ATC_LEVELS),
    )
}


def test_the_interactions_are_many_and_each_has_a_source_and_advice():
    rules = rows("interaction_rules")

    assert len(rules) >= 60
    assert [r["code"] for r in rules if not all((r["effect"], r["advice"], r["source"]))] == []
    assert {r["severity"] for r in rules} == set(Severity.values)


@pytest.mark.parametrize("name", ["interaction_rules", "drug_cautions", "drug_alternatives"])
def test_rules_name_drugs_of_the_formulary(name):
    named = {
        row[c] for row in rows(name) for c in ("first", "second", "drug", "instead_of") if c in row
    }

    assert named - KEYS - NOT_HELD == set()


@pytest.mark.parametrize("name", ["interaction_rules", "drug_cautions", "drug_alternatives"])
def test_codes_are_unique_and_every_rule_has_a_source(name):
    table = rows(name)

    assert len({row["code"] for row in table}) == len(table)
    assert [row["code"] for row in table if not row["source"]] == []


def test_no_pair_is_told_twice():
    pairs = [frozenset((row["first"], row["second"])) for row in rows("interaction_rules")]

    assert len(set(pairs)) == len(pairs)


def test_cautions_of_age_name_the_age():
    wrong = [
        row["code"]
        for row in rows("drug_cautions")
        if bool(row["age_years"]) == (row["about"] == DrugCaution.About.PREGNANT)
    ]

    assert wrong == []


def test_other_names_are_those_of_drugs_that_are_held():
    names = rows("drug_names")

    assert {row["generic_name"] for row in names} - {row["generic_name"] for row in DRUGS} == set()
    assert {row["kind"] for row in names} == set(DrugName.Kind.values)
    assert len({row["name"] for row in names}) == len(names)
