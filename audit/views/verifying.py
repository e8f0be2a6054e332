"""Verifying the newest of the log from its page."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from audit.domain import verified
from audit.queries.state import state
from core.accounts.access import StaffRequest, access

LATELY = timedelta(days=1)


@require_POST
@access("audit.view")
def verify_now(request: StaffRequest) -> HttpResponse:
    """Since the last checkpoint of the day before; what was found stands in the page.

    Raises ServiceUnavailable without MongoDB. All of it is for `manage.py verify_audit`: years of
    entries take minutes.
    """
    verified.verify_and_keep(since=timezone.now() - LATELY, by=request.user)
    return render(request, "audit/explorer.html#state", {"state": state()})
