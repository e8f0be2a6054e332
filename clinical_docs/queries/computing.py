"""Values that follow from others of the same panel: nobody types them.

- eGFR: CKD-EPI 2021 without race, for adults (Inker et al., N Engl J Med 2021;385:1737).
- LDL cholesterol: Friedewald, Clin Chem 1972;18:499; not where triglycerides reach 400 mg/dL.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from clinical_docs.queries.judging import Subject, Value, read, written
from clinical_docs.queries.keys import key_of
from patients.models import LabTest

DAYS_A_YEAR = 365.25
GROWN_UP, TRIGLYCERIDES_TOO_HIGH = 18, 400
Numbers = list[float]


class Formula(NamedTuple):
    """What it needs, by the codes of the catalogue, and how it is worked out; None: it cannot be."""

    sources: tuple[str, ...]
    work: Callable[[Numbers, Subject], float | None]


def egfr(numbers: Numbers, subject: Subject) -> float | None:
    years = subject.age_days / DAYS_A_YEAR
    kappa, alpha, factor = {
        "female": (0.7, -0.241, 1.012),
        "male": (0.9, -0.302, 1.0),
    }.get(subject.sex, (0.0, 0.0, 0.0))
    if years < GROWN_UP or not kappa or numbers[0] <= 0:
        return None
    ratio = numbers[0] / kappa
    return float(
        142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938 ** int(years) * factor
    )


def ldl(numbers: Numbers, subject: Subject) -> float | None:
    total, hdl, triglycerides = numbers
    return None if triglycerides >= TRIGLYCERIDES_TOO_HIGH else total - hdl - triglycerides / 5


FORMULAS = {"EGFR": Formula(("CREA",), egfr), "LDL": Formula(("CHOL", "HDL", "TRIG"), ldl)}


def computed_among(tests: Iterable[LabTest]) -> set[str]:
    """Codes of those tests that follow from others of them."""
    codes = {test.code for test in tests}
    return {code for code in codes & FORMULAS.keys() if codes.issuperset(FORMULAS[code].sources)}


def with_computed(
    texts: Mapping[str, str], tests: list[LabTest], subject: Subject
) -> dict[str, str]:
    """The values with what follows from them, or without where it cannot be told."""
    by_code = {test.code: test for test in tests}
    follows = {
        key_of(by_code[code]): _worked_out(FORMULAS[code], by_code, texts, subject)
        for code in computed_among(tests)
    }
    kept = {key: text for key, text in texts.items() if key not in follows}
    return kept | {key: text for key, text in follows.items() if text}


def _worked_out(
    formula: Formula, by_code: Mapping[str, LabTest], texts: Mapping[str, str], subject: Subject
) -> str:
    values = [read(texts.get(key_of(by_code[code]), "")) for code in formula.sources]
    numbers = [float(value) for value in values if _is_number(value) and value is not None]
    if len(numbers) < len(values):
        return ""
    result = formula.work(numbers, subject)
    return "" if result is None or result < 0 else written(round(result))


def _is_number(value: Value | None) -> bool:
    return isinstance(value, int | float)
