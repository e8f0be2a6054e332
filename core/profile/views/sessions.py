"""Where I am signed in, and ending it there."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.accounts.access import StaffRequest, access
from core.sessions import ending
from core.sessions.activity import session_of


@require_POST
@access("profile.edit")
def end(request: StaffRequest, session_id: UUID) -> HttpResponse:
    """One of mine, by its id; somebody else's is not found."""
    if not ending.end_one(session_id, of=request.user):
        raise Http404
    messages.success(request, "Signed out there.")
    return redirect("profile:profile")


@require_POST
@access("profile.edit")
def end_others(request: StaffRequest) -> HttpResponse:
    """All but this one."""
    count = ending.end_all(request.user, but=session_of(request))
    messages.success(request, f"Signed out on {count} other device{'' if count == 1 else 's'}.")
    return redirect("profile:profile")
