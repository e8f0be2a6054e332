"""Celery's tasks: one domain call each, safe to run twice or not at all."""

from celery import shared_task

from core import upkeep


@shared_task(name="core.tidy")  # type: ignore[untyped-decorator]
def tidy() -> dict[str, int]:
    """Throw away what has outlived its time."""
    return upkeep.tidy()
