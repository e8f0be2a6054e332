"""What the style guide shows: made-up people and values, believable enough to judge a layout by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.safestring import mark_safe

from core import clock
from core.shell import icons, words
from core.shell.acts import Act
from core.shell.charts import Chart, Point, Series
from core.shell.tall_man import tall_man


@dataclass(frozen=True)
class Person:
    """As much of a patient as the banner asks for."""

    family_name: str
    given_names: str
    birth_date: date | None
    sex: str
    mrn: int
    allergy_status: str
    birth_date_estimated: bool = False
    deceased_at: datetime | None = None

    def get_sex_display(self) -> str:
        return self.sex


GRACE = Person("Okoro", "Grace", date(1988, 3, 2), "Female", 104556, "recorded")
KWAME = Person("Mensah", "Kwame", date(1959, 7, 14), "Male", 118203, "none_known")
CHILD = Person(
    "de la Cruz Fernández", "María del Carmen", date(2025, 2, 7), "Female", 131904, "not_asked"
)
RATSIYA = Person("Okorokova", "Gratsiya", date(1954, 1, 1), "Not known", 92417, "not_asked", True)


class SampleForm(forms.Form):
    """One of each kind of field."""

    family_name = forms.CharField(help_text="As on the identity card.")
    given_names = forms.CharField(required=False)
    sex = forms.ChoiceField(
        choices=[("female", "Female"), ("male", "Male"), ("other", "Other")],
        widget=forms.RadioSelect,
    )
    born = forms.CharField(
        label="Date of birth, or age", help_text="Type 38 if only the age is known."
    )
    phone = forms.CharField(required=False)
    service = forms.ChoiceField(
        label="Queue for", choices=[("any", "Consultation, any doctor"), ("nurse", "Nurse")]
    )
    weight = forms.DecimalField(required=False)
    note = forms.CharField(label="Reason for coming", widget=forms.Textarea(attrs={"rows": 3}))
    consent = forms.BooleanField(label="Agrees to reminders by text message", required=False)


def good_form() -> SampleForm:
    return SampleForm(
        auto_id="good_%s",
        initial={
            "family_name": "Okoro",
            "given_names": "Grace",
            "sex": "female",
            "born": "02-Mar-1988",
        }
        | {"phone": "+254 712 555 018", "weight": "78.4", "note": "Headaches for two weeks."},
    )


def bad_form() -> SampleForm:
    form = SampleForm(
        {"family_name": "Okoro", "born": "31-Feb-1988", "service": "any"}, auto_id="bad_%s"
    )
    form.full_clean()
    form.errors.clear()
    form.add_error("sex", "Choose one; choose Other where neither fits.")
    form.add_error(
        "born", "February has no day 31. Type the date as 28-Feb-1988, or the age as 38."
    )
    form.add_error("note", "Write in a few words why the patient came.")
    return form


def _ago(**passed: int) -> datetime:
    return timezone.now() - timedelta(**passed)


def pressure() -> Chart:
    upper = [128, 130, 126, 135, 138, 138, 152]
    lower = [80, 82, 79, 85, 88, 88, 96]
    days = [clock.today() - timedelta(days=104 * back) for back in reversed(range(7))]
    flags = ["", "", "", "", "", "", "H"]
    return Chart(
        "pressure",
        "Blood pressure",
        "mmHg",
        [
            Series("Systolic", _points(days, upper, flags), 90, 140),
            Series("Diastolic", _points(days, lower, flags), 60, 90),
        ],
    )


def sugar() -> Chart:
    values = [5.6, 5.9, 6.0, 6.4, 7.6, 7.1, 7.8, 8.1, 7.9, 8.4]
    days = [clock.today() - timedelta(days=91 * back) for back in reversed(range(10))]
    flags = ["H" if value > 6 else "" for value in values]
    return Chart(
        "sugar", "HbA1c", "%", [Series("HbA1c", _points(days, values, flags), 4.0, 6.0)], 4.0, 6.0
    )


def _points(days: list[date], values: list[Any], flags: list[str]) -> list[Point]:
    rows = zip(days, values, flags, strict=True)
    return [Point(day, value, str(value), flag, "#record") for day, value, flag in rows]


def rows() -> list[dict[str, Any]]:
    return [
        {
            "person": GRACE,
            "state": "With Dr Amina",
            "tone": "act",
            "since": _ago(minutes=29),
            "due": "45.00",
        },
        {
            "person": KWAME,
            "state": "Critical result",
            "tone": "alarm",
            "since": _ago(minutes=18),
            "due": "0",
        },
        {
            "person": CHILD,
            "state": "Waiting",
            "tone": "warn",
            "since": _ago(minutes=52),
            "due": "20.00",
        },
        {
            "person": RATSIYA,
            "state": "Ready to pay",
            "tone": "ok",
            "since": _ago(minutes=4),
            "due": "1112.5",
        },
    ]


def hits() -> list[dict[str, Any]]:
    return [
        {
            "id": person.mrn,
            "url": "#search",
            "person": person,
            "state": state,
            "tone": tone,
            "facts": [
                person.sex,
                f"born {words.clinic_date(person.birth_date)}",
                f"MRN {words.mrn(person.mrn)}",
            ],
        }
        for person, state, tone in (
            (GRACE, "With Dr Amina, Room 2", "act"),
            (CHILD, "Booked today 11:30", ""),
            (RATSIYA, "", ""),
        )
    ]


def everything() -> dict[str, Any]:
    """The style guide's context."""
    return {
        "grace": GRACE,
        "child": CHILD,
        "people": (
            ("two", KWAME, [("visit", "open since 10:21, Laboratory"), ("balance", "0.00")]),
            ("three", CHILD, [("mother", "DE LA CRUZ, Ana"), ("weight", "9.2 kg today")]),
            ("four", Person(*DEAD, deceased_at=_ago(days=12)), [("last visit", "08-Feb-2026")]),
        ),
        "banner_acts": [Act("Print", icon="printer"), Act("Continue consultation", weight="main")],
        "banner_facts": [("visit", "open since 09:12, Room 2"), ("balance", "45.00")],
        "colours": COLOURS,
        "good": good_form(),
        "bad": bad_form(),
        "pressure": pressure(),
        "sugar": sugar(),
        "rows": rows(),
        "hits": hits(),
        "since": _ago(minutes=3),
        "empty_acts": [Act("Register a patient", weight="soft", icon="user-plus", key="n")],
        "chips": (
            ("All", 214, True),
            ("Visits", 41, False),
            ("Results", 96, False),
            ("Notes", 29, False),
        ),
        "facts": FACTS,
        "icon_names": icons.names(),
        "two_allergies": ["Penicillin: anaphylaxis", "Latex"],
        "no_allergies": [],
        "one_viewer": ["Ben Otieno"],
        "viewers": ["Ben Otieno", "Joy Wanjiru"],
        "sugar_values": [6.0, 6.4, 7.6, 7.1, 7.8, 8.4],
        "word_facts": word_facts(),
        "invoice_facts": (("Consultation", "30.00"), ("Full blood count", "32.00")),
        "lines": LINES,
    }


def word_facts() -> list[tuple[str, str]]:
    """The words of core.shell.words, each with an example."""
    born = clock.today() - timedelta(days=520)
    return [
        ("clinic_datetime", words.clinic_datetime(timezone.now())),
        ("age", f"{words.age(date(1988, 3, 2))}, {words.age(born)}"),
        ("mrn", words.mrn(18220)),
        ("dose", f"{words.dose('.50', 'mg')}, {words.dose(25, 'mcg')}"),
        ("money", words.money("2418.6", "USD")),
        ("minutes", words.minutes(_ago(minutes=125))),
        ("tall_man", tall_man("hydrochlorothiazide, prednisone")),
    ]


LINES = {
    "vitals": mark_safe(
        '<b class="tone-danger">152/96 H</b> mmHg · 84 /min · 36.8 °C · 97 % · 78.4 kg'
    ),
    "lab": mark_safe(
        'Full blood count <span class="state state-warn">collected</span> · Lipid panel'
    ),
    "results": mark_safe(
        'HbA1c <b class="tone-danger">8.4 H</b> % <span class="faint">(4.0 to 6.0)</span> · ALT 21 U/L'
    ),
    "medicine": mark_safe("metFORMIN — DOSE 500 mg — oral — twice a day — 90 days"),
    "plan": mark_safe(
        "Antibiotic for 5 days. Return <del>if worse</del> <ins>at once for eye swelling</ins>."
    ),
    "say": mark_safe(
        '<a href="#choose-fu">Follow-up</a> is still to choose. Your draft is kept until you save.'
    ),
}


DEAD = ("Müller-Thompson", "Grace", date(1945, 10, 11), "Female", 77031, "none_known", False)
FACTS = (("Phone", "+254 712 555 018"), ("Next of kin", "Peter Okoro, husband"), ("Insurer", None))
COLOURS = (
    ("ink", "Text"),
    ("ink-2", "Quieter"),
    ("ink-3", "Labels"),
    ("brand", "Ours"),
    ("act", "Act"),
    ("danger", "Danger"),
    ("warn", "Attention"),
    ("ok", "Done"),
    ("presence", "A colleague"),
)
