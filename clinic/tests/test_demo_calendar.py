"""Moving the history to the present."""

from datetime import date, timedelta

import orjson
import pytest

from clinic.demo.calendar import LAST_DAY, moved, shift_to


def bundle(*resources: dict) -> bytes:
    return orjson.dumps({"entry": [{"resource": row} for row in resources]}) + b"\n"


def visit(key: str, day: str) -> dict:
    return {"resourceType": "Encounter", "id": key, "period": {"start": f"{day}T09:00:00Z"}}


def rows(line: bytes, today: date) -> list[dict]:
    (made,) = moved(iter([line]), today)
    return [entry["resource"] for entry in orjson.loads(made)["entry"]]


@pytest.mark.parametrize("days", range(15))
def test_it_reaches_yesterday_in_whole_weeks(days):
    today = date(2026, 11, 20) + timedelta(days=days)

    shift = shift_to(today)

    assert shift.days % 7 == 0
    assert today - timedelta(days=1) <= LAST_DAY + shift <= today + timedelta(days=5)


def test_dates_move_and_prose_does_not():
    today = LAST_DAY + timedelta(days=8)
    note = {
        "resourceType": "Patient",
        "id": "a",
        "birthDate": "1950-03-01",
        "note": "since 2020-01-01",
    }

    assert rows(bundle(note), today) == [note | {"birthDate": "1950-03-08"}]


def test_what_would_lie_ahead_is_left_out_with_all_that_belongs_to_it():
    result = {
        "resourceType": "Observation",
        "id": "o",
        "encounter": {"reference": "Encounter/late"},
    }
    request = {**result, "resourceType": "ServiceRequest", "id": "r"}
    taken = {"resourceType": "Specimen", "request": [{"reference": "ServiceRequest/r"}], "id": "s"}
    letter = {
        "resourceType": "DocumentReference",
        "id": "d",
        "context": {"encounter": [{"reference": "Encounter/late"}]},
    }
    early, late = visit("early", "2025-12-25"), visit("late", "2025-12-31")

    kept = rows(bundle(early, late, result, request, taken, letter), LAST_DAY)

    assert kept == [early]


def test_nobody_dies_in_the_future():
    patient = {"resourceType": "Patient", "id": "a", "deceasedDateTime": "2025-12-31T23:59:59Z"}

    assert rows(bundle(patient), LAST_DAY) == [{"resourceType": "Patient", "id": "a"}]
