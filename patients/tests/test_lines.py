"""Lines as clinicians type them: what each means, and that nothing of it is lost."""

import csv
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from patients.domain.lines import amounts, frequencies, units
from patients.domain.lines.fitting import FITS, fit
from patients.domain.lines.line import Line, render
from patients.domain.lines.pieces import Amount, Pieces
from patients.domain.lines.reading import read
from patients.tests.shelf_list import formulary
from patients.tests.shelf_list import rows as shelf_rows

REAL = list(csv.DictReader((Path(__file__).parent / "lines.csv").open(encoding="utf-8")))
ERROR_PRONE = r"\b(qd|od|qod|hs|bd|bid|tds|tid|qds|qid|prn|po|sc|sl|im|iv|mcg|ug|iu|cc|ac|pc|nocte|mane|stat|\d+\.0|x\d+d)\b|µ|(?<!\d)\.\d"
"""Short forms of ISMP's list, and of ours, that nobody is to read on a prescription."""


def understood(text, **more):
    return read(text, formulary(), **more)


def test_there_are_many_real_lines():
    assert len(REAL) >= 150


@pytest.mark.parametrize("row", REAL, ids=lambda row: row["typed"])
def test_a_typed_line_is_understood(row):
    reading = understood(row["typed"])

    assert (render(reading.line), reading.is_complete) == (row["understood"], True)


@pytest.mark.parametrize("row", REAL, ids=lambda row: row["typed"])
def test_what_is_written_has_no_short_form_that_is_misread(row):
    assert re.findall(ERROR_PRONE, render(understood(row["typed"]).line), re.IGNORECASE) == []


@pytest.mark.parametrize("row", REAL, ids=lambda row: row["typed"])
def test_what_is_written_is_read_the_same(row):
    line = understood(row["typed"]).line

    assert understood(render(line)).line == line


OFTEN = [
    *(f"{words} a day" for words in ("once", "twice", "three times", "four times", "five times")),
    *("every 4 hours", "every 6 hours", "every 8 hours", "every 4 to 6 hours", "every 12 hours"),
    *("at night", "in the morning", "in the evening", "in the morning and at night"),
    *("every other day", "once a week", "twice a week", "every 2 weeks", "once a month"),
    *("every 3 months", frequencies.ONCE_ONLY, frequencies.AFTER_STOOL),
]
WORDS = some.text("abcdefghijklmnopqrstuvwxyz0123456789 ,.-()/", max_size=40)
COUNTS = some.decimals(min_value="0.5", max_value=500, places=1).map(lambda n: n.normalize())


@some.composite
def lines(draw):
    """A line of the formulary that somebody could have meant."""
    product = draw(some.sampled_from(formulary().products))
    unit = draw(some.sampled_from(sorted(doses_of(product))))
    dose = draw(COUNTS)
    most = draw(some.none() | COUNTS.filter(lambda n: n > dose))
    frequency = draw(some.sampled_from(OFTEN))
    days = draw(some.none() | some.integers(1, 365))
    return Line(
        product=product,
        dose=dose,
        dose_to=most,
        unit=unit,
        route=draw(some.sampled_from(["oral", "topical", "left eye", "each nostril", "rectal"])),
        frequency=frequency,
        as_needed=draw(some.booleans()),
        days=None if frequency == frequencies.ONCE_ONLY else days,
        quantity=draw(some.integers(1, 500).map(Decimal)),
        instruction=" ".join(draw(WORDS).split()),
    )


def doses_of(product):
    """What one takes of it, and what it is strong in."""
    strength = product.measured
    strong = {strength.unit} & units.AMOUNTS if strength and strength.second is None else set()
    return {product.counts_in, *strong}


@settings(max_examples=400, deadline=None)
@given(lines())
def test_every_line_is_read_as_it_was_written(line):
    assume_it_can_be_given(line)

    assert understood(render(line)).line == line


def assume_it_can_be_given(line):
    dose = Amount(line.dose, line.dose_to, line.unit)
    pieces = Pieces(products=(line.product,), amounts=(dose,))
    assume(fit(line.product, pieces).how >= FITS)


@settings(max_examples=600, deadline=None)
@given(some.text(max_size=80))
def test_whatever_is_typed_is_answered(text):
    reading = understood(text)

    assert reading.is_complete or reading.questions or reading.choices


@settings(max_examples=300, deadline=None)
@given(some.sampled_from(REAL), some.data())
def test_a_line_cut_short_is_answered(row, data):
    text = row["typed"]

    reading = understood(text[: data.draw(some.integers(0, len(text)))])

    assert reading.is_complete or reading.questions or reading.choices


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", "Which medicine?"),
        ("xyzq 5 od", "“xyzq” is not in the formulary."),
        ("amox 500 tds", "For how many days, or how many to supply?"),
        ("amox 500 5/7", "How often?"),
        ("cetirizine od 5/7", "Which dose?"),
        ("metronidazole 400 tds 7/7", "metroNIDAZOLE 500 mg tablet does not give 400."),
        ("cetirizine 7mg od 5/7", "Cetirizine 10 mg tablet does not give 7 mg."),
        ("amox 500 tds alt days 5/7", "Every other day or three times a day?"),
        ("paracetamol 1g prn", "For how many days, or how many to supply?"),
        ("loperamide 2mg after each loose stool", "How many to supply?"),
        ("cetirizine 1/3 tab od 5/7", "Which dose?"),
    ],
)
def test_what_is_missing_is_asked(typed, asked):
    reading = understood(typed)

    assert (reading.questions[:1], reading.is_complete) == ((asked,), False)


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("metformin 1 bd 1/12", ["metFORMIN 500 mg tablet", "metFORMIN 1 g tablet"]),
        ("lisinopril 40 od 1/12", ["Lisinopril 10 mg tablet", "Lisinopril 20 mg tablet"]),
        ("pred 20 od 5/7", ["prednisoLONE 5 mg tablet", "predniSONE 20 mg tablet"]),
    ],
)
def test_where_several_may_be_meant_nobody_guesses(typed, labels):
    reading = understood(typed)

    assert sorted(one.label for one in reading.choices) == sorted(labels)
    assert reading.line.product is None


def test_two_substances_are_never_told_apart_by_strength():
    assert {one.generic for one in understood("met 500 bd 7/7").choices} >= {
        "Metformin",
        "Metronidazole",
    }


def test_a_choice_settles_which_one():
    reading = understood("metformin 1 bd 1/12", given={"product": "METFORMIN-1G-T"})

    assert render(reading.line).startswith("metFORMIN 1 g tablet — DOSE 1 tablet — oral — twice")


def test_assumptions_are_labelled():
    parts = {
        part.name: (part.typed, part.shown, part.assumed)
        for part in understood("amox 500 tds 5/7").parts
    }

    assert parts == {
        "drug": ("amox", "Amoxicillin", False),
        "dose": ("500", "500 mg", True),
        "route": ("", "oral", True),
        "frequency": ("tds", "three times a day", False),
        "duration": ("5/7", "5 days", False),
    }


def test_a_typing_error_is_an_assumption():
    [drug] = [part for part in understood("amoxcillin 500 tds 5/7").parts if part.name == "drug"]

    assert (drug.typed, drug.shown, drug.assumed) == ("amoxcillin", "Amoxicillin", True)


def test_fields_changed_by_hand_go_before_the_text():
    given = {
        "dose": "1 g",
        "frequency": "bd",
        "days": "1/52",
        "route": "oral",
        "as_needed": "yes",
        "instruction": "with food",
    }

    line = understood("amox 500 tds 5/7", given={"product": "AMOXICILLIN-500MG-C", **given}).line

    assert render(line) == (
        "Amoxicillin 500 mg capsule — DOSE 1 g — oral — twice a day — as needed — 7 days"
        " — supply 28 capsules; with food"
    )


def test_a_quantity_by_hand_stays():
    assert understood("amox 500 tds 5/7", given={"quantity": "21 capsules"}).line.quantity == 21


def test_a_frequency_that_is_none_is_asked_about():
    reading = understood("amox 500 tds 5/7", given={"frequency": "sometimes"})

    assert reading.questions == ("How often is “sometimes”?",)


@pytest.mark.parametrize(
    ("typed", "dose", "shown"),
    [
        ("paracetamol 15mg/kg qds 3/7", "351 mg", "15mg/kg 23.4 kg"),
        ("paracetamol 60 mg/kg/day qds 3/7", "351 mg", "60 mg/kg/day 23.4 kg"),
    ],
)
def test_a_dose_by_weight_is_worked_out(typed, dose, shown):
    reading = understood(typed, weight_kg=Decimal("23.4"))

    [part] = [part for part in reading.parts if part.name == "dose"]
    assert (part.shown, part.typed) == (dose, shown)


def test_without_a_weight_of_today_it_says_so():
    reading = understood("paracetamol 15mg/kg qds 3/7")

    assert reading.questions[0].startswith("No weight of today is recorded")
    assert not reading.is_complete


@pytest.mark.parametrize(
    ("product", "line", "quantity"),
    [
        ("AMOXICILLIN-500MG-C", ("500", "mg", "three times a day", 5), 15),
        ("AMOXICILLIN-250MG-SUSP", ("5", "mL", "three times a day", 5), 1),
        ("AMOXICILLIN-250MG-SUSP", ("375", "mg", "three times a day", 7), 2),
        ("BISOPROLOL-5MG-T", ("2.5", "mg", "once a day", 30), 15),
        ("BISOPROLOL-5MG-T", ("2.5", "mg", "once a day", 7), 4),
        ("SALBUTAMOL-100MCG-INH", ("2", "puff", "four times a day", 90), 1),
        ("FLUTICASONEAND-250MCG-INH", ("2", "puff", "twice a day", 30), 2),
        ("CLOTRIMAZOLE-1-CR", ("1", "application", "twice a day", 14), 1),
        ("INSULINGLARGIN-100IU-PEN", ("18", "units", "at night", 30), 2),
        ("GENTAMICIN-80MG-INJ", ("40", "mg", "three times a day", 2), 6),
        ("ETHINYLESTRADI-30MCG-T", ("1", "tablet", "once a day", 84), 3),
        ("METHOTREXATE-2P5MG-T", ("15", "mg", "once a week", 28), 24),
        ("TIMOLOL-0P5-EYE", ("1", "drop", "twice a day", 60), 2),
        ("LACTULOSE-3P35G-SOL", ("1", "tablespoon", "twice a day", 14), 2),
    ],
)
def test_quantity_follows_the_dosage_form(product, line, quantity):
    [known] = [one for one in formulary().products if one.id == product]
    dose, unit, often, days = line
    written = Line(product=known, dose=Decimal(dose), unit=unit, frequency=often, days=days)

    assert amounts.quantity(written) == quantity


def test_no_quantity_without_an_end():
    [known] = [one for one in formulary().products if one.id == "AMLODIPINE-5MG-T"]
    line = Line(product=known, dose=Decimal(5), unit="mg", frequency="once a day", days=7)

    assert amounts.quantity(line) == 7
    assert amounts.quantity(replace(line, days=None)) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        *(
            (text, "once a day")
            for text in ("od", "o.d.", "qd", "daily", "once daily", "every day")
        ),
        *(
            (text, "twice a day")
            for text in ("bd", "bid", "b.i.d.", "bds", "2x/day", "2 times a day")
        ),
        *(
            (text, "three times a day")
            for text in ("tds", "tid", "t.i.d.", "thrice daily", "x3 daily")
        ),
        *((text, "four times a day") for text in ("qds", "qid", "4 times daily", "4x/day")),
        *((text, "at night") for text in ("nocte", "hs", "qhs", "at bedtime", "every night")),
        *((text, "in the morning") for text in ("mane", "om", "every morning", "qam")),
        *(
            (text, "every 8 hours")
            for text in ("q8h", "q 8 h", "8 hourly", "8hrly", "every 8 hours")
        ),
        *((text, "every 6 hours") for text in ("q6h", "every 6 hours", "6 hourly")),
        *(
            (text, "every other day")
            for text in ("qod", "eod", "alt days", "alternate days", "q2d")
        ),
        *((text, "once a week") for text in ("weekly", "once weekly", "qw", "every week")),
        *((text, "every 2 weeks") for text in ("fortnightly", "q2w", "every 2 weeks")),
        *((text, "once only") for text in ("stat", "single dose", "once only")),
        ("q4-6h", "every 4 to 6 hours"),
        ("twice weekly", "twice a week"),
        ("mane and nocte", "in the morning and at night"),
        ("monthly", "once a month"),
    ],
)
def test_how_often_is_said_in_many_ways(typed, words):
    found = frequencies.find(f" {typed} ")

    assert found is not None
    assert found[0] == words
    assert words in frequencies.NOT_COUNTED or frequencies.per_day(words)


@pytest.mark.parametrize(
    "typed", ["5 daily", "81 daily", "2 a day", "10 weekly", "on demand", "food"]
)
def test_a_number_before_daily_is_a_dose(typed):
    found = frequencies.find(typed)

    assert found is None or not found[0].startswith(("two", "twice", "five", "81", "10"))


def test_every_line_offered_instead_is_whole():
    offered = {row["code"]: understood(row["line"]) for row in shelf_rows("drug_alternatives")}

    assert [code for code, reading in offered.items() if not reading.is_complete] == []
