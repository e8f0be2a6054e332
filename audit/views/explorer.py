"""The trail of the whole house, for the auditor."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.forms import TrailForm
from audit.queries.state import state
from audit.views import showing
from core.accounts.access import StaffRequest, access
from core.reads import tell_as


@require_safe
@access("audit.view")
def explorer(request: StaffRequest) -> HttpResponse:
    """Every entry, narrowed by the address. Opening it is itself written to the audit."""
    form = showing.form_of(request.GET)
    context = showing.shown(request, form)
    context |= {
        "state": state(),
        "clear_url": reverse("audit:explorer"),
        "query": request.GET.urlencode(),
    }
    tell_as("view_audit", entity_type="audit", filters=asked(form))
    return render(request, "audit/explorer.html", context)


def asked(form: TrailForm) -> dict[str, str]:
    """The filters in force, as the audit keeps them."""
    if not form.is_valid():
        return {}
    return {name: str(form.data[name])[:100] for name in form.fields if form.data.get(name)}
