"""One's own account as it is typed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.core.validators import MaxLengthValidator

from core.accounts.models import User
from core.accounts.signing_in import LONGEST_PASSWORD
from core.door.forms import code_field, password_field
from core.editing.fields import KeyField
from core.profile.domain import EDITABLE


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    key = KeyField()
    email = forms.EmailField(
        label="E-mail", required=False, error_messages={"invalid": "This is not an e-mail address."}
    )
    phone = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput({"inputmode": "tel"})
    )

    class Meta:
        model = User
        fields = EDITABLE
        labels = {"title": "Title", "given_name": "Given name", "family_name": "Family name"}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in EDITABLE}


class PasswordForm(PasswordChangeForm):
    """Django's own, with our words; its `save` is not used."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "old_password": "Present password",
            "new_password1": "New password",
            "new_password2": "New password again",
        }
        for name, label in words.items():
            self.fields[name].label = label
            self.fields[name].validators.append(MaxLengthValidator(LONGEST_PASSWORD))
            self.fields[name].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = "At least 12 characters; a sentence is good."
        self.fields["new_password2"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """Who is asked for a new password does not keep the one that somebody else knows."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        new = cleaned.get("new_password1")
        if new and new == cleaned.get("old_password"):
            self.add_error("new_password1", "This is the present password. Think of another.")
        return cleaned


class ProofForm(forms.Form):
    """Before what only the account's own person may do, all that the door asks for; nothing is
    asked of who has just come in."""

    password = password_field(label="Your password")
    present_code = code_field(
        label="Code of the second step you have",
        help_text="Of your app, or a recovery code. With a passkey alone: sign in anew instead.",
    )

    def __init__(self, *args: Any, proofs: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("password", "present_code"):
            if name not in proofs:
                del self.fields[name]


class FactorForm(ProofForm):
    """A second factor by the name its person knows it by."""

    name = forms.CharField(max_length=60, label="Name", help_text="Such as: my phone.")
    field_order = ["name", "code", "password", "present_code"]


class AppForm(FactorForm):
    """An authenticator app shows that it has taken the secret."""

    code = forms.CharField(
        max_length=10,
        label="Code that the app shows",
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
