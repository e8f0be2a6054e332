"""Django's question "may this user?" answered by the table of roles."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core.accounts.models import User

ADMIN_SITE = "admin.site"
MODEL_ACTS = ("view_", "add_", "change_", "delete_")


class RoleBackend(ModelBackend):
    """Passwords as Django keeps them; permissions from core.accounts.roles."""

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        if not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        if user_obj.is_superuser:
            return True
        granted = user_obj.permissions()
        # Administrators manage tables through Django's own model permissions.
        is_model_permission = perm.partition(".")[2].startswith(MODEL_ACTS)
        return perm in granted or (ADMIN_SITE in granted and is_model_permission)

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
