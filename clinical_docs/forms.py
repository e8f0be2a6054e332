"""Vital signs, notes and the end of a consultation as they are typed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.forms import BoundField

from clinical_docs.choices import LONGEST_NOTE, unit_on_paper
from clinical_docs.queries.follow_up import SPANS, after
from clinical_docs.vital_signs.mirror import mirrored
from clinical_docs.vital_signs.news2 import PARTS
from clinical_docs.vital_signs.panel import PREGNANCY, SUPPLY
from clinical_docs.vital_signs.ranges import Limits
from clinical_docs.vital_signs.reading import NotUnderstood, read, read_pressure
from clinical_docs.vital_signs.signs import SIGNS
from clinical_docs.vital_signs.whom import Whom
from core.clock import today
from core.editing.fields import KeyField
from core.shell.charts import range_text
from patients.models import Room, Visit

T = TypeVar("T")
LONGEST_REASON = 500
# What the patient responds to, in as few letters as a row of choices holds.
ACVPU = {"A": "Alert", "C": "Confused", "V": "Voice", "P": "Pain", "U": "None"}
LIMITS_OF = {"pressure": "systolic"}
ROWS = (
    "breathing",
    "oxygen",
    "supply",
    "pressure",
    "pulse",
    "consciousness",
    "temperature",
    "glucose",
    "weight",
    "height",
    "pain",
)


def _measured(keyboard: str = "decimal") -> forms.TextInput:
    """A phone shows digits; a pressure needs its stroke as well."""
    return forms.TextInput(
        attrs={"inputmode": keyboard, "autocomplete": "off", "maxlength": 20, "class": "num"}
    )


def _choice(label: str, words: dict[str, str]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(words.items()), required=False, widget=forms.RadioSelect
    )


def _understood(work: Callable[[], T]) -> T:
    try:
        return work()
    except NotUnderstood as error:
        raise forms.ValidationError(str(error)) from error


class WritingForm(forms.Form):
    """A small form on the record; its key makes a double click one effect."""

    key = KeyField()


class MeasureField(forms.CharField):
    """A vital sign as it is typed, with or without its unit; cleans to a value in the sign's unit."""

    def __init__(self, name: str) -> None:
        self.sign = name
        super().__init__(label=SIGNS[name].name, required=False, widget=_measured())

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return _understood(lambda: read(self.sign, text).value) if text else None


class PressureField(forms.CharField):
    """Both pressures in one field, `108/64`; cleans to the two signs."""

    def __init__(self) -> None:
        super().__init__(label="Blood pressure", required=False, widget=_measured("text"))

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return _understood(lambda: read_pressure(text)) if text else {}


class VitalsForm(WritingForm):
    """What is taken at triage, in the order of taking; any one of it is enough.

    `whom` it is about decides on the ranges shown and whether a pregnancy is asked for.
    """

    breathing = MeasureField("breathing")
    oxygen = MeasureField("oxygen")
    supply = _choice("Breathes", SUPPLY)
    pressure = PressureField()
    pulse = MeasureField("pulse")
    consciousness = _choice("Consciousness", ACVPU)
    temperature = MeasureField("temperature")
    glucose = MeasureField("glucose")
    weight = MeasureField("weight")
    height = MeasureField("height")
    pain = _choice("Pain, 0 to 10", {str(n): str(n) for n in range(11)})
    pregnancy = _choice("Pregnancy", PREGNANCY)
    scale_2 = forms.BooleanField(
        label="SpO₂ scale 2: target 88 to 92 % set by a doctor", required=False
    )

    def __init__(self, *args: Any, whom: Whom, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whom = whom
        if not whom.may_be_pregnant:
            del self.fields["pregnancy"]
        if not whom.may_score:
            del self.fields["scale_2"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.values():
            raise forms.ValidationError("Enter at least one value.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """What was measured and chosen, by name."""
        given = self.cleaned_data
        measured = {name: given.get(name) for name in SIGNS if name in self.fields}
        chosen = {
            name: given.get(name) or None for name in ("supply", "consciousness", "pregnancy")
        }
        pain = given.get("pain")
        found = {
            **measured,
            **given.get("pressure", {}),
            **chosen,
            "pain": int(pain) if pain else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    @property
    def scale_is_2(self) -> bool:
        return bool(self.cleaned_data.get("scale_2"))

    @property
    def mirror(self) -> str:
        """What static/js/vital_signs.js reads, as JSON."""
        return json.dumps(mirrored(self.whom))

    def rows(self) -> Iterator["VitalsRow"]:
        """The fields as a table shows them."""
        for bound in self.visible_fields():
            if bound.name in ROWS:
                yield VitalsRow(bound, self.whom.limits(LIMITS_OF.get(bound.name, bound.name)))


@dataclass(frozen=True)
class VitalsRow:
    """A line of the form: field, unit, and what is usual."""

    bound: BoundField
    limits: Limits | None

    @property
    def name(self) -> str:
        return self.bound.name

    @property
    def is_choice(self) -> bool:
        return isinstance(self.bound.field, forms.ChoiceField)

    @property
    def unit(self) -> str:
        sign = SIGNS.get(LIMITS_OF.get(self.name, self.name))
        return unit_on_paper(sign.unit) if sign else ""

    @property
    def range(self) -> str:
        """From low to high, in words."""
        return range_text(self.limits.low, self.limits.high) if self.limits else ""

    @property
    def is_scored(self) -> bool:
        return LIMITS_OF.get(self.name, self.name) in PARTS


class LinesField(forms.CharField):
    """Counts a line's end as the one character it is for the person typing; browsers send two."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class NoteForm(WritingForm):
    text = LinesField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write something first."},
    )


class TriageForm(VitalsForm):
    """Vital signs, why the patient came, and how urgent it is.

    `then` is where to go afterwards: on to whoever waits longest, or back to the list.
    """

    reason = LinesField(
        label="Came for",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    priority = forms.ChoiceField(
        label="Priority",
        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("emergency", "Emergency")],
        required=False,
        widget=forms.RadioSelect,
    )
    then = forms.ChoiceField(
        choices=[("list", ""), ("next", "")], required=False, widget=forms.HiddenInput
    )


STOPS = (Room.Kind.LABORATORY, Room.Kind.PHARMACY, Room.Kind.CASH_DESK)
DISPOSITIONS = [
    (one.value, one.label) for one in Visit.Disposition if one != Visit.Disposition.LEFT
]


class FinishForm(forms.Form):
    """What is chosen at the end; `computed` is the stop that was shown as the first."""

    key = KeyField()
    stop = forms.ChoiceField(choices=[(one.value, one.label) for one in STOPS], required=False)
    computed = forms.CharField(required=False, max_length=20)
    follow_up = forms.CharField(required=False, max_length=20)
    follow_up_on = forms.DateField(
        required=False, error_messages={"invalid": "Choose the day, or type it like 2026-11-29."}
    )
    disposition = forms.ChoiceField(choices=DISPOSITIONS, required=False)
    reason = forms.CharField(required=False, max_length=500)
    signs = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        day = self.day()
        if cleaned.get("follow_up") == "on" and day is None and not self.errors:
            self.add_error("follow_up_on", "Choose the day of the follow-up.")
        if day is not None and day <= today():
            self.add_error("follow_up_on", "The follow-up must be later than today.")
        return cleaned

    def day(self) -> date | None:
        """When the patient comes back."""
        chosen = self.cleaned_data.get("follow_up", "")
        if chosen == "on":
            return self.cleaned_data.get("follow_up_on")
        return after(chosen, today()) if chosen in SPANS else None

    def where_to(self) -> str:
        """Home, unless something else was chosen or a day to come back."""
        chosen = self.cleaned_data.get("disposition") or Visit.Disposition.HOME
        comes_back = self.day() is not None and chosen == Visit.Disposition.HOME
        return str(Visit.Disposition.FOLLOW_UP if comes_back else chosen)
