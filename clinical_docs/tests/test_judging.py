"""Ranges by sex and age, flags, what is asked about, changes."""

from datetime import date, timedelta

import pytest

from clinical_docs.queries import judging
from clinical_docs.queries.judging import Subject
from clinical_docs.tests.lab import catalogue
from patients.models import LabTest, Patient


@pytest.fixture
def tests(db):
    catalogue()
    return {test.code: test for test in LabTest.objects.prefetch_related("ranges")}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("6.8", 6.8),
        ("6,8", 6.8),
        (" 7 ", 7),
        ("0", 0),
        ("", None),
        ("   ", None),
        ("<5", "<5"),
        ("> 1000", ">1000"),
        ("< 0,5", "<0.5"),
        ("-", "not done"),
        ("pos", "positive"),
        ("positive", "positive"),
        ("No  growth", "No growth"),
    ],
)
def test_what_is_typed_is_read_as_meant(typed, read):
    value = judging.read(typed)

    assert (value, type(value)) == (read, type(read))


@pytest.mark.parametrize(
    ("sex", "days", "low"),
    [
        ("female", 0, "13.4"),
        ("female", 29, "13.4"),
        ("female", 30, "10.7"),
        ("male", int(12 * 365.25) - 1, "11.5"),
        ("male", int(12 * 365.25), "13"),
        ("female", int(12 * 365.25), "12"),
        ("male", int(18 * 365.25) - 1, "13"),
        ("male", int(18 * 365.25), "14"),
        ("female", 40_000, "12"),
    ],
)
def test_a_range_begins_on_its_first_day_and_ends_before_its_last(tests, sex, days, low):
    limits = judging.range_for(tests["HGB"], Subject(sex, days))

    assert f"{limits.low.normalize():f}" == low


def test_a_sex_that_has_no_range_of_its_own_gets_none_made_for_another(tests):
    assert judging.range_for(tests["HGB"], Subject("other", 12_000)) is None
    assert judging.range_for(tests["NA"], Subject("other", 12_000)) is not None


def test_age_is_that_on_the_day_of_the_sample_and_unknown_is_grown_up():
    born = Patient(sex="female", birth_date=date(2026, 1, 1))

    assert Subject.of(born, date(2026, 1, 31)).age_days == 30
    assert Subject.of(born, date(2025, 12, 1)).age_days == 0
    assert Subject.of(Patient(sex="male"), date(2026, 1, 1)).age_days > 18 * 366


@pytest.mark.parametrize(
    ("code", "value", "flag"),
    [
        ("K", 3.5, ""),
        ("K", 3.4, "L"),
        ("K", 5, ""),
        ("K", 5.1, "H"),
        ("K", 6.2, "H"),
        ("K", 6.3, "HH"),
        ("K", 2.7, "LL"),
        ("K", "<2.8", "LL"),
        ("K", "<3.5", "L"),
        ("K", "<5", ""),
        ("K", ">6.2", "HH"),
        ("K", ">4", ""),
        ("CRP", 0, ""),
        ("K", "haemolysed", ""),
        ("UNIT", "positive", "A"),
        ("UNIT", "negative", ""),
        ("UPRO", "trace", ""),
        ("MALAR", "P. falciparum seen", "AA"),
        ("MALAR", "P. vivax seen", "A"),
        ("MALAR", "no parasites seen", ""),
    ],
)
def test_the_flag_says_how_far_out_a_value_is(tests, code, value, flag):
    limits = judging.range_for(tests[code], Subject("female", 12_000))

    assert judging.flag(tests[code], value, limits) == flag


@pytest.mark.parametrize(
    ("code", "value", "odd"),
    [
        ("K", 4.2, False),
        ("K", 42, True),
        ("GLU", 0, True),
        ("K", "<1", False),
        ("K", "positive", False),
        ("K", "haemolysed", True),
        ("K", "not done", False),
        ("UNIT", "positive", False),
        ("UNIT", 5, True),
        ("UNIT", "maybe", True),
        ("UCUL", "Escherichia coli, 10^5", False),
    ],
)
def test_what_can_hardly_be_is_asked_about(tests, code, value, odd):
    assert judging.is_odd(tests[code], value) is odd


@pytest.mark.parametrize(
    ("now", "before", "change", "jump"),
    [
        (6.8, 4.9, "1.9", True),
        (5.0, 4.9, "0.1", False),
        (4.0, 5.0, "-1.0", False),
        (3.9, 5.0, "-1.1", True),
        ("<3", 5.0, None, False),
        (5.0, None, None, False),
        (5.0, 0, "5.0", True),
    ],
)
def test_a_change_beyond_the_delta_check_stands_out(tests, now, before, change, jump):
    found = judging.change(now, before)

    assert (None if found is None else str(found)) == change
    assert judging.is_jump(tests["K"], now, before) is jump


def test_every_test_can_be_answered(tests):
    """Numbers have a unit, words their answers or free text; what is abnormal can be chosen."""
    wrong = [t.code for t in tests.values() if set(t.abnormal + t.critical) - set(t.answers)]
    beyond = [t.code for t in tests.values() if t.least is not None and t.least >= t.most]

    assert (wrong, beyond) == ([], [])
    assert [t.code for t in tests.values() if t.answers and t.unit] == []
    outside = [
        r
        for t in tests.values()
        for r in t.ranges.all()
        if any(
            end is not None and t.most is not None and not t.least <= end <= t.most
            for end in (r.low, r.high, r.critical_low, r.critical_high)
        )
    ]
    assert outside == []


def test_a_newborn_of_today_has_an_age(db):
    today = date(2026, 5, 1)

    assert Subject.of(Patient(sex="male", birth_date=today), today + timedelta(0)).age_days == 0
