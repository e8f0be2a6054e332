"""Users and roles."""

from typing import Any

from django import forms
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.accounts import people
from core.accounts.models import User
from core.accounts.roles import Role
from core.administration.tables import Kept
from core.errors import ClinicError

PERSON = ("title", "given_name", "family_name", "email", "phone")


class ChecksGrant(forms.ModelForm):  # type: ignore[type-arg]
    """Says beside the form what saving would refuse."""

    by: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("roles", "is_active", "is_superuser"):
            if name in cleaned:
                setattr(self.instance, name, cleaned[name])
        try:
            people.check(self.instance, by=self.by)
        except ClinicError as error:
            raise ValidationError(str(error)) from error
        return cleaned


class RolesField(forms.MultipleChoiceField):
    """Each role a box to tick."""

    def __init__(self, **_: Any) -> None:
        widget = forms.CheckboxSelectMultiple
        super().__init__(choices=Role.choices, widget=widget, required=False)


class ChangeForm(ChecksGrant, UserChangeForm):  # type: ignore[type-arg]
    roles = RolesField()


class AddForm(ChecksGrant, AdminUserCreationForm):  # type: ignore[type-arg]
    roles = RolesField()

    class Meta:
        model = User
        fields = ("username", "title", "given_name", "family_name", "roles")
        field_classes: dict[str, Any] = {}


class People(Kept, UserAdmin):  # type: ignore[type-arg]
    """Who works here. Nobody is deleted: whoever leaves is made inactive, and stays in the audit."""

    form = ChangeForm
    add_form = AddForm
    list_display = ("username", "display_name", "roles", "is_active", "updated_at")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "given_name", "family_name")
    ordering = ("family_name", "given_name")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": PERSON}),
        ("May", {"fields": ("roles", "is_active", "is_superuser")}),
        (
            "Row",
            {"classes": ("collapse",), "fields": ("id", "version", "created_at", "updated_at")},
        ),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        ("Person", {"fields": ("title", "given_name", "family_name")}),
        ("May", {"fields": ("roles",)}),
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **options)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        people.save(obj, by=request.user)  # type: ignore[arg-type]
