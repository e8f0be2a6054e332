"""Who may come in, and how often they may try."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.accounts.models import SignInAttempt, User
from core.capture.context import acting
from core.errors import ClinicError
from core.outbox.domain import put_fact

WINDOW = timedelta(minutes=15)
MOST_PER_NAME = 5
# A whole clinic may share one address.
MOST_PER_ADDRESS = 50
LONGEST_PASSWORD = 1024


class WrongCredentials(ClinicError):
    """The same sentence whether the name or the password is wrong."""

    def __init__(self) -> None:
        super().__init__("The user name or the password is wrong.")


class TooManyAttempts(ClinicError):
    """Says when the next try is possible."""

    def __init__(self, again_at: datetime) -> None:
        minutes = max(1, -(-int((again_at - timezone.now()).total_seconds()) // 60))
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many failed attempts. Try again in {minutes} {unit}.")


def check(request: HttpRequest, *, username: str, password: str) -> User:
    """The user of these credentials; a failure is counted and reported.

    Raises TooManyAttempts before the password is even looked at, else WrongCredentials. The count
    is kept in PostgreSQL, so that losing Valkey loosens nothing.
    """
    address = request.META.get("REMOTE_ADDR")
    _refuse_too_many(SignInAttempt.objects.filter(username=username.lower()), MOST_PER_NAME)
    _refuse_too_many(SignInAttempt.objects.filter(ip_address=address), MOST_PER_ADDRESS)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        _note_failure(username, address)
        raise WrongCredentials
    with acting(user_id=user.pk), transaction.atomic():
        SignInAttempt.objects.filter(username=username.lower()).delete()
        put_fact("login", entity_type="user", entity_id=user.pk)
    return user


def _refuse_too_many(attempts: QuerySet[SignInAttempt], most: int) -> None:
    recent = attempts.filter(at__gt=timezone.now() - WINDOW).order_by("-at")
    oldest_that_counts = recent.values_list("at", flat=True)[most - 1 : most].first()
    if oldest_that_counts is not None:
        raise TooManyAttempts(oldest_that_counts + WINDOW)


def _note_failure(username: str, address: str | None) -> None:
    known = User.objects.filter(username__iexact=username).values_list("pk", flat=True).first()
    with transaction.atomic():
        SignInAttempt.objects.create(username=username.lower(), ip_address=address)
        put_fact("login_failed", entity_type="user", entity_id=known or "")
