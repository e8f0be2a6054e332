"""`manage.py account`: let somebody in again who is locked out, or end where he is signed in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.accounts import signing_in
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from core.factors import added, policy
from core.outbox.domain import put_fact
from core.sessions import ending

ACTS = {
    "show": "what somebody has, and where he is signed in",
    "reset-second-step": "take away a lost phone's codes and passkeys; sessions end",
    "forget-failures": "let somebody try again at once after too many failed attempts",
    "end-sessions": "sign somebody out everywhere",
}


class Command(BaseCommand):
    help = "Helps somebody who is locked out. Everything is audited, with the reason."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        for act, words in ACTS.items():
            one = acts.add_parser(act, help=words)
            one.add_argument("username")
            if act != "show":
                one.add_argument("--reason", required=True, help="why; the audit keeps it")

    def handle(self, *_: Any, act: str, username: str, **options: Any) -> None:
        """Exit code 0 when done, 1 with a sentence where it could not be."""
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            raise CommandError(f"Nobody is called {username}. Look in the administration.")
        with acting(user_agent=f"manage.py account {act}", reason=options.get("reason")):
            try:
                self.stdout.write(_done(act, user))
            except ClinicError as error:
                raise CommandError(str(error)) from error


def _done(act: str, user: User) -> str:
    if act == "reset-second-step":
        return f"{added.reset(user, by=None)} taken away. The next sign-in asks for the password alone."
    if act == "forget-failures":
        with transaction.atomic():
            signing_in.forget(user)
            put_fact("forget_failures", entity_type="user", entity_id=user.pk)
        return f"{user.username} may try again."
    if act == "end-sessions":
        return f"{ending.end_all(user)} sessions ended."
    return "\n".join(_shown(user))


def _shown(user: User) -> list[str]:
    factors = [f"{one.get_kind_display()}: {one.name}" for one in policy.factors_of(user)]
    sessions = [
        f"{one}, from {one.ip_address or 'nowhere known'}" for one in ending.sessions_of(user)
    ]
    must = "a role asks for one" if policy.is_needed(user) else "no role asks for one"
    return [
        f"Second step ({must}):",
        *(factors or ["none"]),
        "Signed in:",
        *(sessions or ["nowhere"]),
    ]
