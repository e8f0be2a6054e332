"""What people say of a document: when adding it, and later."""

from typing import Any

from django import forms

from clinical_docs.choices import Category
from clinical_docs.domain.files import Details
from clinical_docs.policies import categories_for
from core.accounts.models import User

DAY = "%d-%b-%Y"
DAYS = [DAY, "%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y"]
TITLE, REASON = 150, 300
ODD_DAY = "Write the day as 05-Mar-2026."


def _day(label: str, **more: Any) -> forms.DateField:
    attrs = {"autocomplete": "off", "placeholder": "05-Mar-2026"}
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(format=DAY, attrs=attrs),
        input_formats=DAYS,
        error_messages={"invalid": ODD_DAY},
        **more,
    )


class AboutForm(forms.Form):
    """Title, category and day: only categories that the person may look into are offered."""

    title = forms.CharField(label="Title", max_length=TITLE)
    category = forms.ChoiceField(
        label="Category", error_messages={"required": "Choose what the document is."}
    )
    dated_on = _day("Date of the document")

    def __init__(self, *arguments: Any, by: User, **more: Any) -> None:
        super().__init__(*arguments, **more)
        allowed = categories_for(by)
        offered = [(value, label) for value, label in Category.choices if value in allowed]
        self.fields["category"].choices = [("", "Choose…"), *offered]  # type: ignore[attr-defined]

    def details(self) -> Details:
        said = self.cleaned_data
        return Details(said["category"], said["title"], said["dated_on"])


class AddForm(AboutForm):
    """One file with what is said of it; without a title it gets the name of its file."""

    title = forms.CharField(label="Title", max_length=TITLE, required=False)
    confirmed = forms.MultipleChoiceField(
        choices=[("same", ""), ("whose", "")], required=False, widget=forms.MultipleHiddenInput
    )


class VersionForm(forms.Form):
    """One file that follows version `base`."""

    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    confirmed = forms.MultipleChoiceField(
        choices=[("same", ""), ("whose", "")], required=False, widget=forms.MultipleHiddenInput
    )


class DescribeForm(AboutForm):
    """Later, of the row that was shown as `version`."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ArchiveForm(forms.Form):
    reason = forms.CharField(
        label="Why is it archived?",
        max_length=REASON,
        error_messages={"required": "Say why, for whoever looks for it later."},
        widget=forms.TextInput(attrs={"list": "archive-reasons", "autocomplete": "off"}),
    )


class HoldForm(forms.Form):
    """A reason holds it; none releases it."""

    reason = forms.CharField(
        label="Why must it be kept?",
        max_length=REASON,
        error_messages={"required": "Say why, such as the number of the case."},
    )


class RetainForm(forms.Form):
    until = _day("Keep at least until", help_text="Left empty, it is kept without end.")
