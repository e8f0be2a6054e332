"""The Celery application: tasks are hints, each one domain call."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect  # type: ignore[untyped-decorator]
def connect_anew(**_: Any) -> None:
    """A forked worker must not share its parent's MongoDB client."""
    from core.databases import mongo

    mongo.connect_documents()
