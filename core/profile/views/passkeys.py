"""Making a passkey: the browser asks for what it needs, and answers."""

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.accounts.access import StaffRequest, access
from core.accounts.signing_in import NotLetIn
from core.door import proving
from core.factors import passkeys, recovery
from core.factors.errors import PasskeyRefused
from core.profile import second_step as steps
from core.profile.forms import FactorForm

BEGUN = "passkey_begun"


@sensitive_post_parameters("password")
@require_POST
@access("profile.edit")
def options(request: StaffRequest) -> HttpResponse:
    """The name and the proof are looked at first; then what the browser needs to make one."""
    form = FactorForm(request.POST, proofs=steps.proofs(request))
    if not form.is_valid():
        return _refused(_first_error(form))
    try:
        steps.prove(request, form)
    except NotLetIn as error:
        return _refused(str(error), error.status)
    wanted = passkeys.to_register(request.user, passkeys.house_of(request))
    request.session[BEGUN] = [wanted["challenge"], form.cleaned_data["name"]]
    return JsonResponse(wanted)


@require_POST
@access("profile.edit")
def register(request: StaffRequest) -> HttpResponse:
    """`{"credential": …}` in; `{"next": …, "codes": whether ten codes are still to be shown}` out."""
    challenge, name = request.session.pop(BEGUN, ["", ""])
    house = passkeys.house_of(request)
    try:
        credential = passkeys.credential_of(request)
        passkeys.register(request.user, credential, challenge=challenge, house=house, name=name)
    except PasskeyRefused as error:
        proving.report_failure(request.user, "passkey")
        return _refused(str(error))
    steps.begins_to_count(request, "passkey")
    codes = not recovery.left(request.user)
    return JsonResponse({"next": reverse("profile:second_step"), "codes": codes})


def _first_error(form: FactorForm) -> str:
    field, errors = next(iter(form.errors.items()))
    return f"{form.fields[field].label}: {errors[0]}"


def _refused(sentence: str, status: int = 422) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status)
