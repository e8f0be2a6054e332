"""Opening a restricted record, and restricting one, as it is typed."""

from typing import Any

from django import forms

from core.accounts.models import User
from patients.models import BreakGlassGrant, Restriction

WHY = {"required": "Say why you open it."}


class GlassForm(forms.Form):
    """Why, and who one is once more: the password, and the code for those who have an app."""

    reason = forms.ChoiceField(
        label="Reason",
        choices=BreakGlassGrant.Reason,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    words = forms.CharField(
        label="In a few words",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=WHY,
        help_text="The patient may read this.",
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password once more."},
    )
    code = forms.CharField(
        label="Code of your app, or a recovery code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "Type the six digits your app shows."},
    )

    def __init__(self, *args: Any, asks_code: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_code:
            del self.fields["code"]


class RestrictForm(forms.Form):
    """Why a record is not everybody's, and whose it is."""

    kind = forms.ChoiceField(
        label="Why it is restricted",
        choices=Restriction.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why."},
    )
    note = forms.CharField(label="Note", required=False, max_length=300)
    permitted = forms.ModelMultipleChoiceField(
        label="Who opens it as any other record",
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["permitted"].queryset = people  # type: ignore[attr-defined]


class LiftForm(forms.Form):
    reason = forms.CharField(
        label="Why it is lifted",
        max_length=300,
        error_messages={"required": "Say why the restriction is lifted."},
    )
