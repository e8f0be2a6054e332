"""`manage.py up`: the whole clinic on one PC."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.accounts.demo import demo_accounts
from core.crypto import beginning
from core.embedded import up
from core.embedded.home import HomeInUse, sole_use
from core.embedded.supervisor import Supervisor


class Command(BaseCommand):
    help = "Starts databases, pages, relay and worker, and keeps them running until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        home = Path(settings.CLINIC_HOME)
        try:
            with sole_use(home):
                self.run_clinic(home, settings.PORT)
        except HomeInUse as error:
            raise CommandError(f"A clinic is running in {home} already.") from error
        except (up.CannotStart, TimeoutError, FileNotFoundError) as error:
            raise CommandError(f"{error} The logs are in {home / 'log'}.") from error

    def run_clinic(self, home: Path, port: int) -> None:
        """Start everything, say so, watch until told to stop, leave no process behind."""
        supervisor = Supervisor(home)
        supervisor.stop_on_signals()
        try:
            self.start(home, port, supervisor)
            supervisor.run()
        finally:
            supervisor.end_all()

    def start(self, home: Path, port: int, supervisor: Supervisor) -> None:
        up.check_port(port)
        self.say("Starting the databases.")
        all_ours = up.start_servers(home, supervisor)
        up.prepare(home, all_ours=all_ours)
        self.check_keys()
        supervisor.keep(*up.programs(port))
        up.wait_for_first_page(port)
        supervisor.keep(*up.helpers(home))
        self.say(f"{settings.CLINIC_NAME} is ready: http://localhost:{port}")
        if settings.CLINIC_DEMO:
            self.show_accounts()
            supervisor.keep(up.demo())

    def check_keys(self) -> None:
        """Here rather than in the log of a page server that ends again and again."""
        if why := beginning.lacking_at(os.environ.get("DATABASE_URL") or settings.DATABASE_URL):
            raise up.CannotStart(why)

    def show_accounts(self) -> None:
        """One demo account a role; they exist a moment after the first page."""
        self.say("The demo clinic loads in the background. Sign in as one of:")
        for account in demo_accounts():
            self.say(f"  {account.role:15} {account.username:10} {account.password}")

    def say(self, sentence: str) -> None:
        """At once, also into a pipe."""
        self.stdout.write(sentence)
        self.stdout.flush()
