"""Values that follow from others: against worked examples."""

import pytest

from clinical_docs.queries.computing import computed_among, with_computed
from clinical_docs.queries.judging import Subject
from clinical_docs.tests.lab import catalogue
from patients.models import LabTest

YEAR = 365.25
# By hand from the formulas' own papers.
EGFR = "estimated_glomerular_filtration_rate"


@pytest.fixture
def panel(db):
    catalogue()

    def of(name):
        return list(LabTest.objects.filter(panel=name).prefetch_related("ranges"))

    return of


@pytest.mark.parametrize(
    ("sex", "years", "creatinine", "answer"),
    [
        ("female", 50, "0.7", "105"),
        ("male", 67, "2.78", "24"),
        ("male", 40, "0.9", "111"),
        ("female", 50, "1.4", "46"),
        ("male", 17, "0.9", None),
        ("other", 50, "0.9", None),
        ("male", 50, "<0.2", None),
        ("male", 50, "", None),
    ],
)
def test_the_filtration_rate_follows_from_creatinine_sex_and_age(
    panel, sex, years, creatinine, answer
):
    subject = Subject(sex, int(years * YEAR) + 30)

    found = with_computed({"creatinine": creatinine}, panel("Basic metabolic panel"), subject)

    assert found.get(EGFR) == answer


@pytest.mark.parametrize(
    ("triglycerides", "answer"), [("150", "120"), ("399", "70"), ("400", None), (">1000", None)]
)
def test_ldl_follows_where_triglycerides_let_it(panel, triglycerides, answer):
    texts = {
        "cholesterol_total": "200",
        "hdl_cholesterol": "50",
        "triglycerides": triglycerides,
    }

    found = with_computed(texts, panel("Lipid panel"), Subject("male", 20_000))

    assert found.get("ldl_cholesterol_calculated") == answer


def test_what_was_worked_out_goes_when_its_source_does(panel):
    found = with_computed(
        {EGFR: "80", "sodium": "140"}, panel("Basic metabolic panel"), Subject("male", 20_000)
    )

    assert found == {"sodium": "140"}


def test_a_test_without_its_sources_is_typed(panel):
    alone = [test for test in panel("Basic metabolic panel") if test.code == "EGFR"]

    assert (computed_among(alone), computed_among(panel("Basic metabolic panel"))) == (
        set(),
        {"EGFR"},
    )
