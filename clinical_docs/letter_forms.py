"""Letters as they are filled in: every field begins with what is known, and is freely changed."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms

from clinical_docs.models import Letter
from clinical_docs.queries.letters import Facts
from core.clock import today
from core.editing.fields import KeyField
from core.shell.words import clinic_date
from core.shell.words import clinic_datetime as at

LONGEST = 4_000
SHORT = 200
MOST_DAYS_OFF = 366
DAY = "%d-%b-%Y"
OTHER_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")
Paper = dict[str, Any]


def _line(label: str, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=SHORT, required=required, **more)


def _text(label: str, *, rows: int = 3, required: bool = False, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, max_length=LONGEST, required=required, widget=widget, **more
    )


def _day(label: str) -> forms.DateField:
    """Written as all days are, read in the usual ways."""
    widget = forms.DateInput(format=DAY, attrs={"autocomplete": "off"})
    return forms.DateField(label=label, widget=widget, input_formats=[DAY, *OTHER_DAYS])


class LetterForm(forms.Form):
    """What all letters have in common; `paper` is what is printed of one."""

    kind: ClassVar[Letter.Kind]
    size: ClassVar[str] = "a4"
    key = KeyField()

    def __init__(
        self, data: Any = None, *, facts: Facts, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={**self.known(facts), **(initial or {})})
        self.facts = facts

    def known(self, facts: Facts) -> dict[str, Any]:
        """What the fields begin with."""
        return {}

    def paper(self) -> Paper:
        """Facts, sections and tables in the order of the paper."""
        raise NotImplementedError

    def valid(self) -> tuple[Any, Any]:
        """From when until when the letter says something."""
        return None, None

    def said(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "").strip()

    def sections(self, *names: str) -> list[Paper]:
        """The filled-in fields of these names under their labels."""
        return [
            {"title": str(self.fields[name].label), "text": self.said(name)}
            for name in names
            if self.said(name)
        ]


class SickNoteForm(LetterForm):
    """Who cannot work or go to school, and until when; the diagnosis only if it is written in."""

    kind, size = Letter.Kind.SICK_NOTE, "a5"
    unfit_from = _day("Unfit from")
    unfit_until = _day("Until and including")
    unfit_for = forms.ChoiceField(
        label="For", choices=[("work", "Work"), ("school", "School"), ("sport", "Sport")]
    )
    remark = _text("Remark", rows=2, help_text="Light duties, for example.")
    diagnosis = _line("Diagnosis", help_text="Left empty, the paper names none.")

    def known(self, facts: Facts) -> dict[str, Any]:
        ends = facts.visit.follow_up_on or today() + timedelta(days=2)
        return {"unfit_from": today(), "unfit_until": ends, "unfit_for": "work"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("unfit_from"), cleaned.get("unfit_until")
        if first and last and not 0 <= (last - first).days <= MOST_DAYS_OFF:
            self.add_error("unfit_until", "It ends after it begins, within a year.")
        return cleaned

    def valid(self) -> tuple[Any, Any]:
        return self.cleaned_data["unfit_from"], self.cleaned_data["unfit_until"]

    def paper(self) -> Paper:
        first, last = self.valid()
        days = (last - first).days + 1
        length = f"{days} day{'' if days == 1 else 's'}"
        whole = f"was seen here on {clinic_date(self.facts.visit.opened_at)} and is unfit for"
        return {
            "opening": f"The patient named above {whole} {self.said('unfit_for')}.",
            "facts": [["From", clinic_date(first)], ["Until", clinic_date(last)], ["", length]],
            "sections": self.sections("diagnosis", "remark"),
        }


class ReferralForm(LetterForm):
    """To a colleague elsewhere: why, what is known, what is asked."""

    kind = Letter.Kind.REFERRAL
    to = _line("To", required=True, help_text="Department, hospital or colleague.")
    urgency = forms.ChoiceField(
        label="Urgency",
        choices=[("Routine", "Routine"), ("Urgent", "Urgent"), ("Emergency", "Emergency")],
        widget=forms.RadioSelect,
    )
    reason = _text("Reason for referral", rows=2, required=True)
    history = _text("History and findings", rows=4)
    problems = _text("Problems", rows=2)
    medicines = _text("Medicines", rows=2)
    allergies = _line("Allergies")
    request = _text("What we ask of you", rows=2)

    def known(self, facts: Facts) -> dict[str, Any]:
        return {
            "urgency": "Routine",
            "reason": facts.visit.reason,
            "history": "\n".join(facts.signs),
            "problems": "\n".join(facts.problems),
            "medicines": "\n".join(facts.medicines),
            "allergies": facts.allergies_in_words,
        }

    def paper(self) -> Paper:
        names = ("reason", "history", "problems", "medicines", "allergies", "request")
        return {
            "to": self.said("to"),
            "facts": [["Urgency", self.said("urgency")]],
            "sections": self.sections(*names),
        }


class SummaryForm(LetterForm):
    """For the patient: what was found and done, and what comes next."""

    kind = Letter.Kind.SUMMARY
    came_for = _line("You came for")
    found = _text("What we found", rows=3)
    done = _text("What was done", rows=2)
    medicines = _text("Your medicines", rows=3)
    advice = _text("What to do now", rows=3)
    come_back = _text(
        "Come back at once if", rows=2, help_text="Signs that must not wait for the next visit."
    )
    next_visit = _line("Next visit")

    def known(self, facts: Facts) -> dict[str, Any]:
        next_on = facts.visit.follow_up_on
        return {
            "came_for": facts.visit.reason,
            "found": "\n".join([*facts.problems, *facts.signs]),
            "done": "\n".join(facts.tests),
            "medicines": "\n".join(facts.medicines),
            "next_visit": clinic_date(next_on) if next_on else "",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(self.said(name) for name in self.fields if name != "key"):
            raise forms.ValidationError("Write something first.")
        return cleaned

    def paper(self) -> Paper:
        names = [name for name in self.fields if name != "key"]
        opening = f"Your visit of {at(self.facts.visit.opened_at)}."
        allergies = ["Allergies", self.facts.allergies_in_words]
        return {"opening": opening, "facts": [allergies], "sections": self.sections(*names)}


class PrescriptionForm(LetterForm):
    """The signed medicines of the visit, for a pharmacy elsewhere."""

    kind, size = Letter.Kind.PRESCRIPTION, "a5"
    remark = _text("Remark for the pharmacist", rows=2)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.facts.medicines:
            raise forms.ValidationError("No medicine is prescribed and signed in this visit yet.")
        return cleaned

    def paper(self) -> Paper:
        return {
            "facts": [["Allergies", self.facts.allergies_in_words]],
            "numbered": self.facts.medicines,
            "sections": self.sections("remark"),
        }


FORMS: dict[str, type[LetterForm]] = {
    form.kind.value: form for form in (SickNoteForm, ReferralForm, SummaryForm, PrescriptionForm)
}
