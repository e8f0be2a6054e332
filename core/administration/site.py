"""The administration, behind the clinic's own door."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core.accounts.backends import ADMIN_SITE
from core.accounts.models import User
from core.door.views.signing_in import sign_out


class ClinicAdminSite(AdminSite):
    """Opens for those whose role grants it; signing in and out goes the way of every page."""

    site_title = "Seth Clinic"
    site_header = "Seth Clinic administration"
    index_title = "Tables and collections"
    empty_value_display = "\N{EN DASH}"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_active and user.has_perm(ADMIN_SITE)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Strangers go to the sign-in page and come back; for others it is a refusal."""
        if request.user.is_authenticated:
            raise PermissionDenied(ADMIN_SITE)
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return sign_out(request)
