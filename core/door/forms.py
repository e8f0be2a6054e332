"""What is typed at the door."""

from typing import Any

from django import forms

from core.accounts.signing_in import LONGEST_PASSWORD

PASSWORD = {"autocomplete": "current-password"}


def password_field(**options: Any) -> forms.CharField:
    """A password as it was typed: spaces count."""
    widget = forms.PasswordInput(attrs=PASSWORD)
    return forms.CharField(max_length=LONGEST_PASSWORD, strip=False, widget=widget, **options)


class SignInForm(forms.Form):
    username = forms.CharField(
        label="User name",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = password_field()


def code_field(**options: Any) -> forms.CharField:
    """Of an app, or one of the ten on paper."""
    attrs = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(max_length=40, widget=forms.TextInput(attrs), **options)


class CodeForm(forms.Form):
    code = code_field()


class UnlockForm(forms.Form):
    """The password; the code beside it where a role asks for a second step."""

    password = password_field()
    code = code_field()

    def __init__(self, *args: Any, asks_code: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_code:
            del self.fields["code"]
