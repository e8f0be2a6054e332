"""Setting up the second step: an app, a passkey, codes on paper."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import paper
from core.accounts.access import StaffRequest, access
from core.accounts.signing_in import NotLetIn
from core.errors import ClinicError
from core.factors import added, policy, recovery, totp
from core.factors.errors import WrongCode
from core.factors.models import SecondFactor
from core.profile import second_step as steps
from core.profile.forms import AppForm, FactorForm, ProofForm
from core.sessions import opening
from core.sessions.activity import session_of

# Two forms on one page ask for the same: each label must lead to its own field.
OF_PROOF = "proof-%s"


@require_safe
@access("profile.edit")
def second_step(request: StaffRequest) -> HttpResponse:
    """What there is, and what can be added."""
    return _hub(request)


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
@access("profile.edit")
def app(request: StaffRequest) -> HttpResponse:
    """GET shows a secret that an app takes by its camera; POST with its first code makes it count."""
    form = AppForm(request.POST or None, proofs=steps.proofs(request), initial={"name": "My phone"})
    if request.method == "GET":
        return _app(request, form, totp.begun(request.user) or totp.begin(request.user))
    try:
        if form.is_valid():
            return _app_added(request, form)
    except WrongCode as error:
        form.add_error("code", str(error))
    except NotLetIn as error:
        form.add_error(None, str(error))
    return _app(request, form, totp.begun(request.user) or totp.begin(request.user), status=422)


@sensitive_post_parameters("password")
@require_POST
@access("profile.edit")
def codes(request: StaffRequest) -> HttpResponse:
    """Ten new ones, on this answer and never again; the first ten need no proof."""
    asked = steps.proofs(request) if recovery.left(request.user) else []
    form = ProofForm(request.POST, proofs=asked, auto_id=OF_PROOF)
    if not policy.factors_of(request.user).exists():
        raise Http404
    try:
        if form.is_valid():
            steps.prove(request, form)
            return _codes(request)
    except NotLetIn as error:
        form.add_error(None, str(error))
    return _hub(request, form, status=422)


@sensitive_post_parameters("password")
@require_POST
@access("profile.edit")
def remove(request: StaffRequest, factor_id: UUID) -> HttpResponse:
    """It opens nothing any more."""
    form = ProofForm(request.POST, proofs=steps.proofs(request), auto_id=OF_PROOF)
    try:
        if form.is_valid():
            steps.prove(request, form)
            return _removed(request, factor_id)
    except ClinicError as error:
        form.add_error(None, str(error))
    return _hub(request, form, status=422)


def _removed(request: StaffRequest, factor_id: UUID) -> HttpResponse:
    name = added.remove(request.user, factor_id)
    if name is None:
        raise Http404
    messages.success(request, f"“{name}” removed.")
    return redirect("profile:second_step")


def _app_added(request: StaffRequest, form: AppForm) -> HttpResponse:
    steps.prove(request, form)
    code = form.cleaned_data["code"].replace(" ", "")
    totp.confirm(request.user, code, name=form.cleaned_data["name"])
    steps.begins_to_count(request, "totp")
    return _codes(request) if not recovery.left(request.user) else redirect("profile:second_step")


def _app(
    request: StaffRequest, form: AppForm, begun: SecondFactor, *, status: int = 200
) -> HttpResponse:
    secret = totp.secret_of(begun)
    shown = {
        "form": form,
        "qr": paper.qr(totp.address_of(begun)),
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
    }
    return render(request, "profile/app.html", shown, status=status)


def _codes(request: StaffRequest) -> HttpResponse:
    return render(request, "profile/codes.html", {"codes": recovery.make(request.user)})


def _hub(
    request: StaffRequest, proof: ProofForm | None = None, *, status: int = 200
) -> HttpResponse:
    user, row = request.user, session_of(request)
    factors = list(policy.factors_of(user))
    if factors and policy.is_needed(user) and not row.second_step:
        # Came in before a second step was asked for: it is asked for at the door, not here.
        opening.end(request)
        return redirect("accounts:sign_in")
    shown = {
        "factors": factors,
        "codes_left": recovery.left(user),
        "must": policy.is_needed(user),
        "form": FactorForm(proofs=steps.proofs(request), initial={"name": "My passkey"}),
        "proof": proof or ProofForm(proofs=steps.proofs(request), auto_id=OF_PROOF),
    }
    return render(request, "profile/second_step.html", shown, status=status)
