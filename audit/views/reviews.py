"""Restricted records that were opened in an emergency: what the privacy officer looks through."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.forms import ReviewForm
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from patients.domain import glass
from patients.models import BreakGlassGrant
from patients.queries.glass import to_review

PAGE = 25


@require_safe
@access("privacy.review")
def reviews(request: StaffRequest) -> HttpResponse:
    """First what waits, the oldest on top; below it what was said of the others."""
    return _page(request)


@require_POST
@access("privacy.review")
def review(request: StaffRequest, grant_id: UUID) -> HttpResponse:
    """Justified or not, with a few words. What is wrong is said beside the fields."""
    found = get_object_or_404(BreakGlassGrant, pk=grant_id)
    form = ReviewForm(request.POST, prefix=str(grant_id))
    if form.is_valid():
        try:
            glass.review(found.pk, **form.cleaned_data, by=request.user)
        except ClinicError as error:
            form.add_error("words", str(error))
        else:
            messages.success(request, "Reviewed.")
            return redirect("audit:reviews")
    return _page(request, {found.pk: form}, status=422)


def _page(
    request: StaffRequest, filled: dict[UUID, ReviewForm] | None = None, status: int = 200
) -> HttpResponse:
    waiting = list(to_review())
    forms = [(one, (filled or {}).get(one.pk) or ReviewForm(prefix=str(one.pk))) for one in waiting]
    done = BreakGlassGrant.objects.exclude(reviewed_at=None).order_by("-reviewed_at")
    known = done.select_related("patient", "user", "reviewed_by")
    page = Paginator(known, PAGE).get_page(request.GET.get("page"))
    part = "#privacy" if request.htmx else ""
    context = {"waiting": forms, "page": page}
    return render(request, f"audit/reviews.html{part}", context, status=status)
