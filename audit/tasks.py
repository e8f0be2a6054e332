"""Celery's tasks: one domain call each, safe to run twice or not at all."""

from celery import shared_task

from audit.domain import archiving, verified


@shared_task(name="audit.verify")  # type: ignore[untyped-decorator]
def verify() -> str:
    """Hold the whole log, archive and all, against its seals and checkpoints, every night."""
    return verified.verify_and_keep(with_archive=True).verdict.name.lower()


@shared_task(name="audit.archive")  # type: ignore[untyped-decorator]
def archive() -> int:
    """Move what is a year old into files, every night; how many entries that were."""
    return archiving.archive().entries
