"""Who may come in, and how often they may try."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.accounts.models import SignInAttempt, User
from core.errors import ClinicError
from core.outbox.domain import put_fact

WINDOW = timedelta(minutes=15)
MOST_PER_NAME = 5
# A whole clinic may share one address.
MOST_PER_ADDRESS = 50
LONGEST_PASSWORD = 1024


class NotLetIn(ClinicError):
    """Why nobody is let in, and the HTTP status that says so to machines."""

    status = 403


class WrongCredentials(NotLetIn):
    """The same sentence whether the name or the password is wrong."""

    def __init__(self) -> None:
        super().__init__("The user name or the password is wrong.")


class TooManyAttempts(NotLetIn):
    """Says when the next try is possible."""

    status = 429

    def __init__(self, again_at: datetime) -> None:
        minutes = max(1, -(-int((again_at - timezone.now()).total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many failed attempts. Try again in {minutes} {unit}.")


def check(request: HttpRequest, *, username: str, password: str) -> User:
    """The user of these credentials; a failure is counted and reported.

    Raises TooManyAttempts before the password is even looked at, else WrongCredentials. The count
    is kept in PostgreSQL, so that losing Valkey loosens nothing. A try counts from its beginning:
    many at once are not better than one after the other.
    """
    count(request, username)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        _report_failure(username)
        raise WrongCredentials
    return user


def forget(user: User) -> None:
    """Somebody has come in: the tries of this name count no more. Not before the second step is
    done, or knowing the password would give as many tries at that as one likes."""
    SignInAttempt.objects.filter(username=user.username.lower()).delete()


def count(request: HttpRequest, username: str) -> None:
    """One more try, of a password or of a second step. Raises TooManyAttempts."""
    _count(username, request.META.get("REMOTE_ADDR"))


@transaction.atomic
def _count(username: str, address: str | None) -> None:
    """One more try of this name from this address, unless there were too many."""
    name = username.lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sign in {name}"])
    if name:
        _refuse_too_many(SignInAttempt.objects.filter(username=name), MOST_PER_NAME)
    _refuse_too_many(SignInAttempt.objects.filter(ip_address=address), MOST_PER_ADDRESS)
    SignInAttempt.objects.create(username=name, ip_address=address)


def _refuse_too_many(attempts: QuerySet[SignInAttempt], most: int) -> None:
    recent = attempts.filter(at__gt=timezone.now() - WINDOW).order_by("-at")
    oldest_that_counts = recent.values_list("at", flat=True)[most - 1 : most].first()
    if oldest_that_counts is not None:
        raise TooManyAttempts(oldest_that_counts + WINDOW)


def _report_failure(username: str) -> None:
    known = User.objects.filter(username__iexact=username).values_list("pk", flat=True).first()
    put_fact("login_failed", entity_type="user", entity_id=known or "")
