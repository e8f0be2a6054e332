"""Putting a verified result right, without erasing what it said."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from clinical_docs.domain import filing, sheets
from clinical_docs.domain.filing import NotInTheLab
from clinical_docs.domain.sheets import Data, Typed
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.models import LabRequest, LabTest
from patients.queries.laboratory import analytes_of

State = LabRequest.State


class NotAmended(ClinicError):
    """A reason is missing, or a change."""


def amend(typed: Typed, *, reason: str, by: User) -> LabRequest:
    """Put a verified result right. The old values stay beside the new ones, with the reason.

    Whoever ordered it is asked to look again. It is verified with this, unless a second person or a
    critical value stands against it. Raises NotAmended without a reason or a change, NotSaved.
    """
    require(by, "lab.verify")
    if not (reason := reason.strip()[:300]):
        raise NotAmended("Say why the result is amended.")
    with acting(user_id=by.pk, action="amend", reason=reason), transaction.atomic():
        request = filing.locked([typed.request_id])[typed.request_id]
        if request.state != State.VERIFIED:
            raise NotInTheLab(request)
        tests = analytes_of([request])
        texts = filing.merged([typed], {request.pk: request}, tests)[request.pk]
        _amend(request, texts, tests[request.pk], reason, by)
    return request


def _amend(
    request: LabRequest, texts: dict[str, str], tests: list[LabTest], reason: str, by: User
) -> None:
    data = sheets.data_of(request, texts, tests, filing.subject(request))
    data["amendments"] = [
        *request.entered.get("amendments", ()),
        _amendment(request, data, reason, by),
    ]
    if not data["amendments"][-1]["before"] and texts == sheets.texts_of(request):
        raise NotAmended("Nothing was changed.")
    request.state, request.verified_by, request.verified_at = State.RESULTED, None, None
    request.acknowledged_by, request.acknowledged_at, request.acknowledgement = None, None, ""
    filing.store(request, data, "amended", by)
    request.save(update_fields=filing.OF_A_RESULT)
    if not request.untold and not request.second_person:
        filing.mark_verified(request, by)


def _amendment(request: LabRequest, data: Data, reason: str, by: User) -> dict[str, Any]:
    """What stood there before, for the line beside it."""
    old, new = request.entered.get("results", {}), data["results"]
    before = {key: value for key, value in old.items() if new.get(key) != value}
    before |= {key: "" for key in new if key not in old}
    at = timezone.now().isoformat()
    return {"before": before, "reason": reason, "by": by.display_name, "at": at}
