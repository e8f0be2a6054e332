"""The frame's own pages: the style guide, the menu's counts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from core.shell import showcase
from core.shell.menu import lines_for


@require_safe
@access("styleguide.view")
def styleguide(request: StaffRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "core/styleguide.html", showcase.everything())


@require_safe
@access("home.view")
def menu(request: StaffRequest) -> HttpResponse:
    """The rail with its counts as they are now."""
    lines = lines_for(request.user, request.htmx.current_url_abs_path or "/")
    beyond = [line for line in lines if line.beyond]
    return render(request, "components/rail.html", {"lines": lines, "beyond": beyond})
