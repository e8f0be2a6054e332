"""Django's question "may this user?" answered by the table of roles."""

from typing import Any

from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core.accounts.models import User

ADMIN_SITE = "admin.site"
MODEL_ACTS = ("view", "add", "change", "delete")


class RoleBackend(ModelBackend):
    """Passwords as Django keeps them; permissions from core.accounts.roles."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        if not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        if user_obj.is_superuser:
            return True
        granted = user_obj.permissions()
        # Administrators manage tables through Django's own model permissions.
        return perm in granted or (ADMIN_SITE in granted and is_model_permission(perm))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return self.has_perm(user_obj, ADMIN_SITE)

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        user = super().authenticate(request, username=username, password=password)
        return user if isinstance(user, User) else None


def is_model_permission(permission: str) -> bool:
    """Whether it is about a table: `patients.view_visit` is, `patients.view_clinical` is not."""
    app_label, _, codename = permission.partition(".")
    act, _, model = codename.partition("_")
    return act in MODEL_ACTS and model in apps.all_models.get(app_label, {})
