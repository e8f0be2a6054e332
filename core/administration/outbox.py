"""The outbox, with what can be done about rows that were set aside."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from core.administration.tables import Clinical
from core.errors import ClinicError
from core.outbox import repair
from core.outbox.models import OutboxRow


class WithReason(ActionForm):
    """Discarding asks why, beside the choice of the act."""

    reason = forms.CharField(required=False, max_length=200, label="Reason:")


class Outbox(Clinical):
    """What is on its way to MongoDB; the document itself stays closed."""

    action_form = WithReason
    actions = ("retry", "discard")
    ordering = ("-id",)
    list_display = ("id", "created_at", "state", "attempts", "action", "stream", "last_error")
    list_filter = ("state", "kind", "entity_type")
    search_fields = ("=entity_id", "=stream")
    exclude = ("document",)
    plain = (
        "id",
        "event_id",
        "created_at",
        "state",
        "kind",
        "attempts",
        "next_try",
        "action",
        "stream",
        "collection",
        "entity_type",
        "entity_id",
        "last_error",
        "done_at",
    )

    def has_outbox_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(repair.PERMISSION)

    @admin.action(description="Try set-aside rows again", permissions=["outbox"])
    def retry(self, request: HttpRequest, rows: QuerySet[OutboxRow]) -> None:
        self._each(request, rows, partial(repair.retry, by=request.user), "on their way again")

    @admin.action(description="Discard set-aside rows, with a reason", permissions=["outbox"])
    def discard(self, request: HttpRequest, rows: QuerySet[OutboxRow]) -> None:
        reason = request.POST.get("reason", "")
        act = partial(repair.discard, reason=reason, by=request.user)
        self._each(request, rows, act, "discarded")

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[OutboxRow],
        act: Callable[[int], Any],
        done: str,
    ) -> None:
        count = 0
        for row_id in rows.values_list("id", flat=True):
            try:
                act(row_id)
                count += 1
            except ClinicError as error:
                messages.error(request, str(error))
        if count:
            messages.success(request, f"{count} {done}.")
