"""One's own account as it is typed."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.core.validators import MaxLengthValidator

from core.accounts.models import User
from core.accounts.signing_in import LONGEST_PASSWORD
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
