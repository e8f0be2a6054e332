"""Tables of the administration: quick lists, refusals in words, clinical content kept apart."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse

from core.accounts.backends import ADMIN_SITE
from core.administration.refusals import told

STAMPS = ("id", "version", "created_at", "updated_at", "created_by", "updated_by")
Extra = dict[str, Any] | None
CLINICAL = "patients.view_clinical"
Shut = Callable[[Any, models.Model], bool]
_shut: list[Shut] = []


def shut_by(asked: Shut) -> None:
    """Rows that this says are shut to a person open to that person nowhere in the administration;
    lists go on naming them. Registered in `AppConfig.ready`."""
    if asked not in _shut:
        _shut.append(asked)


class Table(ModelAdmin):  # type: ignore[type-arg]
    """A table people change. Other rows are referred to by their id: no list of a million."""

    show_full_result_count = False
    list_per_page = 50
    save_on_top = False
    view_on_site = False
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})},
    }

    def __init__(self, model: type[models.Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        others = [f.name for f in model._meta.fields if isinstance(f, models.ForeignKey)]
        self.raw_id_fields = others  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The database's own columns are shown and never typed."""
        named = {field.name for field in self.model._meta.fields}
        stamps = [name for name in STAMPS if name in named] if obj else []
        return [*super().get_readonly_fields(request, obj), *stamps]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ADMIN_SITE)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Whatever shows, changes or tells the past of a row comes by here."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and any(asked(request.user, row) for asked in _shut):
            raise PermissionDenied
        return row

    @told
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Extra = None,
    ) -> HttpResponse:
        return super().changeform_view(request, object_id, form_url, extra_context)

    @told
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Extra = None
    ) -> HttpResponse:
        return super().delete_view(request, object_id, extra_context)

    @told
    def changelist_view(self, request: HttpRequest, extra_context: Extra = None) -> HttpResponse:
        return super().changelist_view(request, extra_context)


class Kept(Table):
    """A table whose rows may be corrected, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Kept):
    """A table to look at: its rows come about by what people do elsewhere."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Clinical(ReadOnly):
    """Part of a record. Who may not read records sees that a row is there, and `plain` of it."""

    plain: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = list(super().get_list_display(request))
        return shown if _may_read(request) else [n for n in shown if n in (*self.plain, *STAMPS)]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(super().get_fields(request, obj) if _may_read(request) else self.plain)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Finding by what one may not see would tell it."""
        searched = list(super().get_search_fields(request))
        if _may_read(request):
            return searched
        return [name for name in searched if name.strip("=^").partition("__")[0] in self.plain]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        offered = list(super().get_list_filter(request))
        return offered if _may_read(request) else [n for n in offered if n in self.plain]


def _may_read(request: HttpRequest) -> bool:
    return request.user.has_perm(CLINICAL)


class Mirror(Clinical):
    """A collection of MongoDB. Every way of writing is refused before it is tried."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Extra = None
    ) -> HttpResponse:
        raise PermissionDenied

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Extra = None
    ) -> HttpResponse:
        raise PermissionDenied

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Extra = None,
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return super().changeform_view(request, object_id, form_url, extra_context)
