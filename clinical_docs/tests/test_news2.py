"""NEWS2 against the edges of the published chart (Royal College of Physicians, 2017, chart 1)."""

from decimal import Decimal

import pytest

from clinical_docs.vital_signs.news2 import PARTS, RESPONSES, points, score
from clinical_docs.vital_signs.panel import panel, score_of
from clinical_docs.vital_signs.whom import Whom

WOMAN = Whom(38 * 12, "female")
WELL = {
    "breathing": Decimal(16),
    "oxygen": Decimal(98),
    "supply": "air",
    "systolic": Decimal(124),
    "pulse": Decimal(72),
    "consciousness": "A",
    "temperature": Decimal("36.8"),
}


@pytest.mark.parametrize(
    ("name", "edges"),
    [
        ("breathing", "3:3 8:3 9:1 11:1 12:0 20:0 21:2 24:2 25:3 60:3"),
        ("oxygen", "80:3 91:3 92:2 93:2 94:1 95:1 96:0 100:0"),
        ("systolic", "60:3 90:3 91:2 100:2 101:1 110:1 111:0 219:0 220:3 300:3"),
        ("pulse", "30:3 40:3 41:1 50:1 51:0 90:0 91:1 110:1 111:2 130:2 131:3 200:3"),
        ("temperature", "34.0:3 35.0:3 35.1:1 36.0:1 36.1:0 38.0:0 38.1:1 39.0:1 39.1:2 41.0:2"),
    ],
)
def test_every_band_ends_where_the_chart_says(name, edges):
    expected = [edge.split(":") for edge in edges.split()]

    found = [(value, str(points(name, {name: Decimal(value)}))) for value, _ in expected]

    assert found == [(value, number) for value, number in expected]


@pytest.mark.parametrize(
    ("supply", "edges"),
    [
        ("air", "83:3 84:2 85:2 86:1 87:1 88:0 92:0 93:0 97:0 100:0"),
        ("oxygen", "83:3 84:2 85:2 86:1 87:1 88:0 92:0 93:1 94:1 95:2 96:2 97:3 100:3"),
    ],
)
def test_scale_2_depends_on_what_is_breathed(supply, edges):
    expected = [edge.split(":") for edge in edges.split()]

    found = [
        [value, str(points("oxygen", {"oxygen": Decimal(value), "supply": supply}, scale_2=True))]
        for value, _ in expected
    ]

    assert found == expected


def test_oxygen_scores_two_and_anything_but_alert_three():
    assert [points("supply", {"supply": what}) for what in ("air", "oxygen")] == [0, 2]
    assert [points("consciousness", {"consciousness": one}) for one in "ACVPU"] == [0, 3, 3, 3, 3]


@pytest.mark.parametrize(
    ("changed", "total", "response", "priority"),
    [
        ({}, 0, "none", ""),
        ({"pulse": Decimal(95)}, 1, "low", ""),
        ({"pulse": Decimal(115), "supply": "oxygen"}, 4, "low", ""),
        ({"consciousness": "V"}, 3, "red", "urgent"),
        ({"temperature": Decimal("35.0"), "pulse": Decimal(95)}, 4, "red", "urgent"),
        ({"pulse": Decimal(115), "supply": "oxygen", "oxygen": Decimal(95)}, 5, "medium", "urgent"),
        ({"consciousness": "C", "pulse": Decimal(131)}, 6, "medium", "urgent"),
        ({"consciousness": "C", "pulse": Decimal(131), "temperature": Decimal("38.1")}, 7, "high", "emergency"),
    ],
)  # fmt: skip
def test_a_total_calls_for_its_response(changed, total, response, priority):
    found = score({**WELL, **changed})

    assert (found.total, found.response.name) == (total, response)
    assert found.response.priority == priority
    assert found.is_complete


def test_the_worst_scores_twenty():
    worst = {
        "breathing": Decimal(30), "oxygen": Decimal(80), "supply": "oxygen",
        "systolic": Decimal(80), "pulse": Decimal(140), "consciousness": "U",
        "temperature": Decimal("34.5"),
    }  # fmt: skip

    assert score(worst).total == 20


def test_what_is_missing_is_named_and_what_is_there_counts_already():
    found = score({"consciousness": "P", "pulse": Decimal(131)})

    assert (found.total, found.response.name) == (6, "medium")
    assert found.missing == ["breathing", "oxygen", "supply", "systolic", "temperature"]


@pytest.mark.parametrize(
    ("whom", "values", "scored"),
    [
        (Whom(16 * 12, "male"), WELL, True),
        (Whom(16 * 12 - 1, "male"), WELL, False),
        (WOMAN, {**WELL, "pregnancy": "yes"}, False),
        (WOMAN, {**WELL, "pregnancy": "no"}, True),
        (WOMAN, {"weight": Decimal(61)}, False),
    ],
)
def test_nobody_is_scored_for_whom_the_score_is_not_made(whom, values, scored):
    assert (score_of(values, whom) is not None) is scored


def test_score_and_parts_are_kept_in_the_shape_of_every_result():
    data = panel({**WELL, "pulse": Decimal(131), "consciousness": "V"}, WOMAN)

    assert data["results"]["news2"] == 6
    assert (data["names"]["news2"], data["flags"]["news2"]) == ("NEWS2", "H")
    assert data["news2"] == {
        "score": 6,
        "parts": {**dict.fromkeys(PARTS, 0), "pulse": 3, "consciousness": 3},
        "missing": [],
        "spo2_scale": 1,
        "response": "medium",
    }


def test_an_incomplete_score_is_no_result():
    data = panel({"pulse": Decimal(131)}, WOMAN)

    assert "news2" not in data["results"]
    assert (data["news2"]["score"], data["news2"]["parts"]) == (3, {"pulse": 3})


def test_scale_2_is_kept_with_the_score():
    data = panel({**WELL, "oxygen": Decimal(89)}, WOMAN, scale_2=True)

    assert (data["news2"]["score"], data["news2"]["spo2_scale"]) == (0, 2)


def test_each_response_has_words():
    assert all(one.title and one.text for one in RESPONSES.values())
