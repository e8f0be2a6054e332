"""Tests that can be ordered, with what the patient's last ones said."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from patients.models import LabRequest, LabTest

GONE = (LabRequest.State.CANCELLED, LabRequest.State.REJECTED)
OFTEN = 8
RECENT_DAYS = 120


@dataclass(frozen=True)
class Orderable:
    """A test or panel on the form."""

    test: LabTest
    members: tuple[str, ...] = ()
    last: LabRequest | None = None
    ordered: LabRequest | None = None


def catalogue() -> QuerySet[LabTest]:
    return LabTest.objects.filter(active=True).order_by("name")


def members_of(tests: list[LabTest]) -> dict[str, tuple[str, ...]]:
    """Names of a panel's members by the panel's name."""
    found: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        if test.panel:
            found[test.panel].append(test.name)
    return {name: tuple(names) for name, names in found.items()}


def last_of(patient_id: UUID) -> dict[UUID, LabRequest]:
    """The patient's newest request of each test, whatever has become of it."""
    asked = LabRequest.objects.filter(patient=patient_id, test__isnull=False).exclude(
        state__in=GONE
    )
    newest = asked.order_by("test_id", "-requested_at").distinct("test_id")
    return {request.test_id: request for request in newest if request.test_id}


def often_ordered() -> list[UUID]:
    """What this house orders most, the commonest first."""
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    recent = Q(labrequest__requested_at__gte=since)
    counted = LabTest.objects.filter(active=True).annotate(times=Count("labrequest", filter=recent))
    ranked = counted.order_by("-times", "panel", "name")
    return list(ranked.values_list("pk", flat=True)[:OFTEN])


def asked_in(visit_id: UUID) -> list[LabRequest]:
    """The visit's requests that stand, the newest last."""
    asked = LabRequest.objects.filter(visit=visit_id).exclude(state__in=GONE)
    return list(asked.select_related("test", "requester").order_by("requested_at", "id"))
