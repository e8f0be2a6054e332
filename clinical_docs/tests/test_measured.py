"""Last values, their trend and charts: never across units, never what was withdrawn."""

from datetime import UTC, datetime, timedelta

import pytest

from clinical_docs.documents import ClinicalData
from clinical_docs.queries import charts
from clinical_docs.queries.measures import measures
from clinical_docs.queries.record import measured
from clinical_docs.queries.signs import latest_of, pairs_of, rounds_of
from patients.tests.people import patient

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PRESSURE = {"systolic": "8480-6", "diastolic": "8462-4"}


def found(name: str = "hb", unit: str = "g/dL", day: int = 0, **fields) -> dict:
    """A document with one value; `value`, `flag`, or whole fields of it."""
    value, flag = fields.pop("value", 12.0), fields.pop("flag", "")
    data = {
        "results": {name: value},
        "units": {name: unit},
        "flags": {name: flag} if flag else {},
        "codes": {name: fields.pop("code")} if "code" in fields else {},
    }
    return {
        "_id": fields.pop("id", f"{name}-{day}-{unit}"),
        "data_type": "lab_result",
        "created_at": NOW - day * DAY,
        "data": {**data, **fields.pop("data", {})},
        **fields,
    }


def pressure(day: int = 0, unit: str = "mm[Hg]", **values: float) -> dict:
    return {
        "_id": f"pressure-{day}-{unit}",
        "data_type": "vital_signs",
        "created_at": NOW - day * DAY,
        "data": {
            "results": values,
            "units": dict.fromkeys(values, unit),
            "codes": {name: PRESSURE[name] for name in values},
        },
    }


def last_of(*documents: dict) -> list[tuple[str, str, str, str]]:
    """Value, unit, the one before, trend."""
    return [
        (one.value, one.unit, one.before, one.trend)
        for one in map(latest_of, pairs_of(measures(list(documents))))
    ]


def drawn(*documents: dict) -> list[tuple[str, str, list[list[float]]]]:
    """Title, unit and the values of each line."""
    return [
        (one.title, one.unit, [[point.value for point in line.points] for line in one.series])
        for one in charts.charts(measures(list(documents)))
    ]


@pytest.mark.parametrize(
    ("now", "before", "trend"),
    [
        (13, 12, "up"),
        (11.5, 12, "down"),
        (12, 12, "same"),
        ("<0.02", 12, ""),
        (12, "<0.02", ""),
        ("positive", "negative", ""),
        (True, False, ""),
    ],
)
def test_the_arrow_says_where_a_number_went(now, before, trend):
    shown = last_of(found(value=now), found(value=before, day=1))

    assert shown == [(str(now), "g/dL", str(before), trend)]


def test_a_value_is_compared_within_its_unit_only():
    shown = last_of(found(value=12.1), found(unit="g/L", value=119.0, day=1), found(day=2))

    assert shown == [("12.1", "g/dL", "12", "up"), ("119", "g/L", "", "")]


def test_what_was_entered_in_error_or_corrected_is_left_out():
    wrong = found(value=99.0, status="entered_in_error")
    corrected = found(value=1.21, day=1, id="old")
    correction = found(value=12.1, day=1, id="new", supersedes="old", status="amended")

    assert last_of(wrong, correction, corrected, found(day=2)) == [("12.1", "g/dL", "12", "up")]


def test_a_chart_draws_each_value_once_and_one_unit_a_chart():
    members = [found(value=float(day), day=day, id=f"m{day}") for day in range(3)]
    report = found(value=0.0, id="report") | {"members": ["m0"]}
    corrected = found(value=9.0, day=2, id="corrected")
    members[2] |= {"supersedes": "corrected"}
    others = [found(unit="g/L", value=120.0 + day, day=day) for day in range(3)]
    words = [found(name="tsh", unit="mIU/L", value="<0.02", day=day) for day in range(3)]

    assert drawn(report, *members, corrected, *others, *words) == [
        ("hb", "g/L", [[122.0, 121.0, 120.0]]),
        ("hb", "g/dL", [[2.0, 1.0, 0.0]]),
    ]


def test_fewer_than_three_values_make_no_chart():
    assert drawn(found(), found(day=1)) == []


def test_upper_and_lower_pressure_share_a_chart_of_their_unit():
    days = [pressure(day, systolic=120 + day, diastolic=80 + day) for day in range(3)]
    kpa = [pressure(day, "kPa", systolic=16.0, diastolic=10.7) for day in range(3)]

    assert drawn(*days) == [("Blood pressure", "mmHg", [[122, 121, 120], [82, 81, 80]])]
    assert drawn(*kpa) == [("Blood pressure", "kPa", [[16.0] * 3, [10.7] * 3])]


def test_pressures_of_two_units_share_no_chart():
    upper = [pressure(day, systolic=120) for day in range(3)]
    lower = [pressure(day, "kPa", diastolic=10.7) for day in range(3)]

    assert [title for title, _, _ in drawn(*upper, *lower)] != ["Blood pressure"]


def signs(one, relay, *documents: dict) -> list[tuple[str, str, str, str]]:
    """What the head of the record shows."""
    for document in documents:
        fields = {name: value for name, value in document.items() if name != "_id"}
        ClinicalData(patient_id=str(one.pk), **fields).save()
    relay()
    return [(s.name, s.value, s.before, s.trend) for s in measured(one.pk).vitals]


def test_upper_and_lower_stand_together_when_they_were_taken_together(relay):
    shown = signs(
        patient(), relay, pressure(systolic=152, diastolic=96),
        pressure(1, systolic=140, diastolic=90),
    )  # fmt: skip

    assert shown == [("Pressure", "152/96", "140/90", "up")]


def test_a_lone_upper_pressure_takes_no_lower_one_from_another_day(relay):
    shown = signs(patient(), relay, pressure(systolic=90), pressure(1, systolic=140, diastolic=110))

    assert shown == [("Pressure", "90", "140", "down")]


def test_a_sign_that_comes_again_begins_the_next_round():
    documents = [
        pressure(systolic=120, diastolic=80),
        {**found(name="pulse", unit="/min", value=60, code="8867-4"), "data_type": "vital_signs"},
        pressure(1, systolic=130, diastolic=85),
    ]

    rounds = rounds_of(documents)

    values = [[(sign.name, sign.value) for sign in one.signs] for one in rounds]
    assert values == [[("Pressure", "120/80"), ("Pulse", "60")], [("Pressure", "130/85")]]


def test_a_lower_pressure_in_another_unit_is_still_told():
    documents = [pressure(systolic=120), pressure(unit="kPa", diastolic=10.7)]

    (one,) = rounds_of(documents)

    assert [(sign.value, sign.unit) for sign in one.signs] == [("120", "mm[Hg]"), ("10.7", "kPa")]


def test_a_withdrawn_round_stands_apart():
    documents = [
        {**pressure(systolic=120), "status": "entered_in_error"},
        {**found(name="pulse", unit="/min", value=60, code="8867-4")},
    ]

    assert [one.is_withdrawn for one in rounds_of(documents)] == [True, False]
