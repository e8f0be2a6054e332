"""The composition root: settings, URLs and the processes' entry points."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
