"""The health pages: JSON for machines, statuses for anyone, details for the operators."""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from core.health.probes import Picture, lookout

STARTED = time.monotonic()


def live(request: HttpRequest) -> JsonResponse:
    """The process runs. Touches no server: a restart would not help a database that is down."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process can work, which takes PostgreSQL and nothing else."""
    is_ready = lookout.look().is_up("postgres")
    return JsonResponse(
        {"status": "ready" if is_ready else "waiting for PostgreSQL"},
        status=200 if is_ready else 503,
    )


def sync_health(request: HttpRequest) -> JsonResponse:
    """`GET /api/sync/health`: 503 only when PostgreSQL is down; 200 when healthy or degraded."""
    picture = lookout.look()
    answer = public(picture)
    if picture.is_up("postgres") and request.user.has_perm("operations.view"):
        answer |= details(picture)
    return JsonResponse(answer, status=503 if picture.status == "unhealthy" else 200)


def public(picture: Picture) -> dict[str, Any]:
    """What anyone may know: which services answer, and since when this process runs."""
    return {
        "status": picture.status,
        "timestamp": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "services": {
            "postgres": _service(picture, "postgres"),
            "mongodb": _service(picture, "mongodb"),
            "redis": _service(picture, "redis"),
            "websocket": "connected" if picture.is_up("redis") else "polling",
            "api": "healthy",
        },
        "uptime": int(time.monotonic() - STARTED),
        "environment": settings.ENVIRONMENT,
        "version": settings.VERSION,
    }


def details(picture: Picture) -> dict[str, Any]:
    """For the operators: how far MongoDB is behind."""
    lag = picture.answers["postgres"]
    return {
        "outbox_pending": lag["pending"],
        "outbox_set_aside": lag["set_aside"],
        "outbox_lag_s": round(lag["oldest_seconds"], 3),
    }


def _service(picture: Picture, name: str) -> dict[str, object]:
    up = picture.is_up(name)
    return {"connected": up, "status": "healthy" if up else "unhealthy"}
