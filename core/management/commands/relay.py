"""`manage.py relay`: carry the outbox to MongoDB and the browsers until told to stop."""

import logging
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.databases.checks import application_role
from core.errors import ClinicError
from core.relay.loop import Relay, connected

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Carries the outbox to MongoDB and the browsers. A second relay stands by."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        # Once it runs no fault of a server ends it; one that was never there is worth a sentence.
        with connected():
            pass
        for warning in application_role(["default"]):
            logger.warning("%s %s", warning.msg, warning.hint)
        relay = Relay()
        signal.signal(signal.SIGTERM, relay.stop)
        signal.signal(signal.SIGINT, relay.stop)
        try:
            relay.run()
        except ClinicError as error:
            raise CommandError(str(error)) from error
