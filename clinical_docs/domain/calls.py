"""Telling somebody of critical values, and keeping who was told, how, when, and that it was heard."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.domain.sheets import critical_values
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.models import CriticalCall, LabRequest

LATEST = timedelta(minutes=5)


class NotTold(ClinicError):
    """Something of the call is missing."""


def record(
    request_ids: Collection[UUID],
    *,
    told_to: str,
    how: str,
    told_at: datetime,
    read_back: bool,
    by: User,
) -> list[CriticalCall]:
    """Keep one call for all untold critical values of these orders; they can be verified then.

    Raises NotTold without a name, a moment that has passed, or the values read back. Values that
    somebody has been told of already are left out; a second time nothing is added.
    """
    require(by, "lab.result")
    _refuse_half(told_to, told_at, read_back)
    with acting(user_id=by.pk, action="tell"), transaction.atomic():
        rows = LabRequest.objects.select_for_update(no_key=True).filter(pk__in=request_ids)
        untold = [one for one in rows.order_by("pk") if one.untold]
        facts = {"told_to": told_to.strip(), "how": how, "told_at": told_at, "by": by}
        return [_record(one, {**facts, "read_back": read_back}) for one in untold]


def _record(request: LabRequest, facts: dict[str, object]) -> CriticalCall:
    values = {key: critical_values(request.entered)[key] for key in request.untold}
    call = CriticalCall(patient_id=request.patient_id, request=request, values=values, **facts)
    call.save(force_insert=True)
    request.untold = []
    request.save(update_fields=["untold"])
    return call


def _refuse_half(told_to: str, told_at: datetime, read_back: bool) -> None:
    if not told_to.strip():
        raise NotTold("Say who was told.")
    if told_at > timezone.now() + LATEST:
        raise NotTold("The call cannot have been later than now.")
    if not read_back:
        raise NotTold("Ask for the value to be read back, and tick it.")
