"""Users and roles."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.accounts import people
from core.accounts.models import User
from core.accounts.roles import Role
from core.administration.tables import Kept
from core.capture.context import current
from core.errors import ClinicError
from core.factors import added
from core.sessions import ending

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


class GivenPassword(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """For one sign-in: the person is then asked for another that nobody else knows."""

    def save(self, commit: bool = True) -> User:
        cleaned = self.cleaned_data
        password = cleaned["password1"] if cleaned["set_usable_password"] else None
        by = User.objects.get(pk=current()["user_id"])
        user: User = self.user
        people.set_password(user, password, by=by)
        return user


class People(Kept, UserAdmin):  # type: ignore[type-arg]
    """Who works here. Nobody is deleted: whoever leaves is made inactive, and stays in the audit."""

    form = ChangeForm
    add_form = AddForm
    change_password_form = GivenPassword
    actions = ("take_away_second_steps", "end_sessions")
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

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """One's own is changed on the profile, where the present one is asked for."""
        if str(request.user.pk) == id:
            return redirect("profile:profile")
        return super().user_change_password(request, id, form_url)

    @admin.action(description="Take away all second steps (lost phone)", permissions=["change"])
    def take_away_second_steps(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            try:
                count = added.reset(user, by=request.user)  # type: ignore[arg-type]
                messages.success(request, f"{user}: {count} taken away, all sessions ended.")
            except ClinicError as error:
                messages.error(request, f"{user}: {error}")

    @admin.action(description="End all sessions", permissions=["change"])
    def end_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        count = sum(ending.end_all(user) for user in users)
        messages.success(request, f"{count} sessions ended.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        people.save(obj, by=request.user)  # type: ignore[arg-type]
