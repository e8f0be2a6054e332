"""Who looks like the person being typed, and why."""

from datetime import date

import pytest

from patients.queries.duplicates import Candidate, alike
from patients.tests.people import patient

BORN = date(1988, 3, 2)


def told(candidate: Candidate) -> list[tuple[int, str, list[str]]]:
    """Score, verdict and reasons of everybody alike."""
    return [
        (one.score, one.verdict, [f"{r.sign}: {r.words}" for r in one.reasons])
        for one in alike(candidate)
    ]


def grace(**fields) -> Candidate:
    return Candidate(**{"family_name": "Okoro", "given_names": "Grace", **fields})


@pytest.fixture
def known(db):
    return patient("Okoro, Grace", born="1988-03-02", phone="+254712555018")


NAMES = ["same: same family name", "same: same given name"]


@pytest.mark.parametrize(
    ("typed", "score", "verdict", "reasons"),
    [
        ({"birth_date": BORN}, 84, "very likely", [*NAMES, "same: same date of birth"]),
        (
            {"birth_date": BORN, "phone": "+254712555018", "sex": "female"},
            100,
            "very likely",
            [*NAMES, "same: same date of birth", "same: same phone"],
        ),
        ({}, 54, "possible", NAMES),
        ({"phone": "+254712555018"}, 74, "possible", [*NAMES, "same: same phone"]),
        ({"phone": "+254799999999"}, 54, "possible", [*NAMES, "differs: other phone"]),
        (
            {"birth_date": date(1988, 2, 3)},
            76,
            "possible",
            [*NAMES, "alike: day and month swapped"],
        ),
        ({"birth_date": date(1988, 9, 2)}, 62, "possible", [*NAMES, "alike: born within a year"]),
        ({"birth_date": date(1991, 3, 2)}, 49, "unlikely", [*NAMES, "differs: 3 years apart"]),
        ({"birth_date": date(2008, 3, 2)}, 34, "unlikely", [*NAMES, "differs: 20 years apart"]),
        (
            {"birth_date": date(1987, 1, 1), "birth_date_estimated": True},
            69,
            "possible",
            [*NAMES, "alike: age fits"],
        ),
        (
            {"birth_date": BORN, "sex": "male"},
            69,
            "possible",
            [*NAMES, "same: same date of birth", "differs: other sex"],
        ),
        (
            {"birth_date": BORN, "sex": "unknown"},
            84,
            "very likely",
            [*NAMES, "same: same date of birth"],
        ),
    ],
)
def test_a_score_is_the_sum_of_its_reasons(known, typed, score, verdict, reasons):
    assert told(grace(**typed)) == [(score, verdict, reasons)]


@pytest.mark.parametrize(
    ("family", "given", "reasons"),
    [
        ("OKORO", "gracé", NAMES),
        ("Okoro-Diallo", "Grace", ["alike: Okoro, Okoro-Diallo", NAMES[1]]),
        ("Okoro", "Gracie", [NAMES[0], "alike: Grace, Gracie"]),
        ("Okoro", "Grace Adaeze", [NAMES[0], "alike: Grace, Grace Adaeze"]),
    ],
)
def test_names_written_otherwise_are_alike(known, family, given, reasons):
    found = told(Candidate(family, given, BORN))

    assert found[0][2] == [*reasons, "same: same date of birth"]


def test_a_name_that_sounds_alike_needs_the_phone_or_the_birth_date(known):
    sounds = {"family_name": "Okorro", "given_names": "Grace"}

    found = [told(Candidate(**sounds)), told(Candidate(**sounds, birth_date=BORN))]

    assert [one[0][:2] for one in found] == [(43, "unlikely"), (73, "possible")]


@pytest.mark.parametrize(
    "typed",
    [Candidate(), Candidate(family_name="O"), Candidate(given_names="Grace"), Candidate("李")],
)
def test_too_little_typed_finds_nobody(known, typed):
    assert alike(typed) == []


def test_one_whose_name_has_no_sound_is_found_by_it(db):
    li = patient("李, 小龙", sex="male")

    assert [one.patient for one in alike(Candidate("李", "小龙"))] == [li]


def test_the_same_person_is_found_among_hundreds_of_the_same_name(db):
    for number in range(230):
        patient(f"Okoro, A{number}")
    same = patient("Okoro, Zoe", born="1988-03-02")
    namesake = patient("Okoro, Zita")

    assert [one.patient for one in alike(Candidate("Okoro", "Zoe", BORN))][:1] == [same]
    assert [one.patient for one in alike(Candidate("Okoro", "Zita"))][:1] == [namesake]


def test_five_are_shown_the_likeliest_first(db):
    for day in range(1, 8):
        patient("Okoro, Grace", born=f"1988-03-{day:02}")

    found = alike(grace(birth_date=BORN))

    assert [one.score for one in found] == [84, 62, 62, 62, 62]


def test_neither_a_merged_record_nor_the_patient_edited_is_alike(known):
    patient("Okoro, Grace", born="1988-03-02", merged_into=known)

    assert alike(grace(birth_date=BORN), besides=known.pk) == []
