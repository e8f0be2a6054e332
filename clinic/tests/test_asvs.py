"""docs/asvs.md and docs/threat-model.md name what exists, and nothing is left without a word."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

from core.testing import report

ROOT = Path(settings.BASE_DIR)
ASVS, THREATS = ROOT / "docs" / "asvs.md", ROOT / "docs" / "threat-model.md"
# What ASVS 5.0.0 asks at levels 1 and 2.
LEVELS = {1: 70, 2: 183}
STATUSES = {"met", "not met", "n/a"}
LINE = re.compile(r"\| (\d+(?:\.\d+)*) \|(.*)\|$")
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+|requirements\.\w+|pyproject\.toml|\.env\.example|docker-compose\.yml)(?:::(\w+))?`")  # fmt: skip


class Row(NamedTuple):
    number: str
    level: int
    asks: str
    status: str
    how: str


def read(text: str) -> list[Row]:
    """The rows of all tables. Raises ValueError for one that has no five cells."""
    rows = []
    for found in filter(None, map(LINE.match, text.splitlines())):
        level, asks, status, how = (cell.strip() for cell in found[2].split("|"))
        rows.append(Row(found[1], int(level), asks, status, how))
    return rows


def missing(text: str) -> list[str]:
    """What is named and does not exist: a file, or a test of a file."""
    return [
        f"{file}::{test}" if test else file
        for file, test in NAMED.findall(text)
        if not (ROOT / file).exists() or (test and test not in functions_of(file))
    ]


@cache
def functions_of(file: str) -> set[str]:
    """The functions of a module, read and not imported."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, functions)}


def test_every_requirement_of_both_levels_is_there_once():
    rows = read(ASVS.read_text())

    assert len({row.number for row in rows}) == len(rows)
    assert {level: sum(row.level == level for row in rows) for level in LEVELS} == LEVELS


def test_every_row_has_a_status_and_says_how():
    odd = [row for row in read(ASVS.read_text()) if row.status not in STATUSES or not row.how]

    assert odd == []


def test_what_is_met_names_a_test_or_a_file():
    unshown = [r for r in read(ASVS.read_text()) if r.status == "met" and not NAMED.search(r.how)]

    assert unshown == []


@pytest.mark.parametrize("page", [ASVS, THREATS], ids=lambda page: page.name)
def test_every_test_and_file_that_is_named_exists(page):
    text = page.read_text()

    assert len(NAMED.findall(text)) > 20
    assert missing(text) == []


def test_a_name_that_is_gone_is_noticed():
    named = "`clinic/tests/test_asvs.py::test_gone`, `clinic/gone.py`, `clinic/tests/test_asvs.py`"

    assert missing(named) == ["clinic/tests/test_asvs.py::test_gone", "clinic/gone.py"]


def test_it_is_counted():
    rows = [row for row in read(ASVS.read_text()) if row.status != "n/a"]
    met = [row for row in rows if row.status == "met"]
    tested = [row for row in met if "::test_" in row.how]

    figures = f"{len(rows)} apply, {len(met)} met, {len(tested)} with a named test, {len(rows) - len(met)} not met"  # fmt: skip
    report.tell("ASVS 5.0 level 2", figures)
    assert len(tested) > len(met) / 2
