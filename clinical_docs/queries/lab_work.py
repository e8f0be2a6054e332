"""The laboratory's bench: one patient's tests with ranges, previous values and what stands against
them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinical_docs.queries import judging
from clinical_docs.queries.computing import computed_among
from clinical_docs.queries.earlier import earlier, last_of
from clinical_docs.queries.judging import Subject
from clinical_docs.queries.keys import COMMENT, key_of
from clinical_docs.queries.lab_sheet import Row, Sheet
from clinical_docs.queries.measures import Measure
from core.errors import ServiceUnavailable
from patients.models import LabRequest, LabTest, Patient, Specimen
from patients.queries.laboratory import analytes_of, of_patient

State = LabRequest.State


@dataclass(frozen=True)
class Work:
    """Everything of one patient that lies in the laboratory now."""

    patient: Patient
    to_collect: dict[str, list[LabRequest]]
    sheets: list[Sheet]
    specimens: list[Specimen]
    subject: Subject
    is_delayed: bool = False

    @property
    def open(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_open]

    @property
    def to_verify(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_whole]

    @property
    def verified(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_verified]

    @property
    def untold(self) -> list[Row]:
        return [row for sheet in self.open for row in sheet.untold]

    @property
    def on_file(self) -> bool:
        """Whether there is anything to print."""
        return any(sheet.request.result_document for sheet in self.sheets)

    @property
    def first_empty(self) -> str:
        """The place where typing goes on."""
        open_rows = (row for sheet in self.open for row in sheet.rows)
        empty = (row for row in open_rows if not row.text and not row.is_computed)
        return next((row.place for row in empty), "")


def work_of(patient: Patient, typed: Mapping[str, str] | None = None, amending: str = "") -> Work:
    """The patient's work; `typed` are a form's values by place, where they differ from the stored.

    `amending` is the id of a verified order whose values can be typed again.
    """
    requests = list(of_patient(patient.pk))
    begun = [one for one in requests if one.state != State.REQUESTED]
    tests = analytes_of(begun)
    try:
        known = earlier([patient.pk], [one.pk for one in begun])
        before, is_delayed = known.get(str(patient.pk), []), False
    except ServiceUnavailable:
        before, is_delayed = [], True
    sheets = [
        replace(
            _sheet(one, tests[one.pk], before, typed or {}),
            is_amending=str(one.pk) == amending and one.state == State.VERIFIED,
        )
        for one in begun
    ]
    specimens = {one.specimen_id: one.specimen for one in begun if one.specimen}
    waiting = (one for one in requests if one.state == State.REQUESTED)
    subject = Subject.of(patient, timezone.localdate())
    return Work(patient, _by_kind(waiting), sheets, list(specimens.values()), subject, is_delayed)


def place_of(request_id: UUID, key: str) -> str:
    """The name of a value's field."""
    return f"v-{request_id}-{key}"


def base_of(sheets: list[Sheet]) -> dict[str, str]:
    """What a form with these sheets shows first."""
    return {name: text for sheet in sheets for name, text in sheet.base.items()}


def _sheet(
    request: LabRequest, tests: list[LabTest], before: list[Measure], typed: Mapping[str, str]
) -> Sheet:
    subject = Subject.of(request.patient, taken_on(request))
    computed = computed_among(tests)
    rows = [
        replace(_row(request, test, subject, before, typed), is_computed=test.code in computed)
        for test in tests
    ]
    stored = request.entered.get("results", {})
    base = {row.place: judging.written(stored.get(row.key)) for row in rows}
    comment, name = request.entered.get(COMMENT, ""), place_of(request.pk, COMMENT)
    return Sheet(request, rows, typed.get(name, comment), {**base, name: comment})


def _row(
    request: LabRequest,
    test: LabTest,
    subject: Subject,
    before: list[Measure],
    typed: Mapping[str, str],
) -> Row:
    key, limits = key_of(test), judging.range_for(test, subject)
    place = place_of(request.pk, key)
    text = typed.get(place, judging.written(request.entered.get("results", {}).get(key)))
    value = judging.read(text)
    return Row(
        place=place,
        key=key,
        test=test,
        text=text,
        flag="" if value is None else judging.flag(test, value, limits),
        limits=limits,
        previous=last_of(before, key=key, code=test.loinc, unit=test.unit),
        struck=[
            judging.written(one["before"][key])
            for one in request.entered.get("amendments", ())
            if one["before"].get(key)
        ],
    )


def taken_on(request: LabRequest) -> Any:
    """The day the sample was taken: ranges are of the age on it."""
    taken = request.specimen.collected_at if request.specimen else None
    return timezone.localdate(taken or timezone.now())


def _by_kind(requests: Any) -> dict[str, list[LabRequest]]:
    kinds: dict[str, list[LabRequest]] = defaultdict(list)
    for request in requests:
        kinds[(request.test and request.test.specimen) or "Sample"].append(request)
    return dict(kinds)
