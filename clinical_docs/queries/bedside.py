"""What was measured and asked at the bedside and a prescriber must know."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from clinical_docs.queries.previous import previous
from clinical_docs.vital_signs.panel import PREGNANCY
from core.clock import today

A_PREGNANCY = timedelta(days=290)


def weight_today(patient_id: UUID) -> Decimal | None:
    """In kg, if it was measured today; an older weight is no ground for a child's dose."""
    last = previous(patient_id).get("weight")
    if last is None or last.number is None:
        return None
    return Decimal(str(last.number)) if timezone.localdate(last.at) == today() else None


def pregnant(patient_id: UUID) -> bool | None:
    """As was said when vital signs were taken: a yes counts for a pregnancy, a no for the day."""
    last = previous(patient_id).get("pregnancy")
    if last is None:
        return None
    if last.shown == PREGNANCY["yes"]:
        return True if timezone.now() - last.at < A_PREGNANCY else None
    is_no = last.shown == PREGNANCY["no"] and timezone.localdate(last.at) == today()
    return False if is_no else None
