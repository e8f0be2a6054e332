"""The second step, after the password was right."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.accounts.models import User
from core.accounts.signing_in import NotLetIn
from core.door import halfway, proving
from core.door.coming_in import come_in
from core.door.forms import CodeForm
from core.door.going_on import safe
from core.factors import policy
from core.factors.errors import WrongCode


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """A code, or a passkey. Who has taken too long begins again."""
    user = halfway.who(request)
    if user is None:
        return redirect("accounts:sign_in")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            return _in(request, user, form.cleaned_data["code"])
        except WrongCode as error:
            form.add_error("code", str(error))
            status = 403
        except NotLetIn as error:
            form.add_error(None, str(error))
            status = error.status
    page = {"form": form, "kinds": policy.kinds_of(user)}
    return render(request, "accounts/second_step.html", page, status=status)


def _in(request: HttpRequest, user: User, code: str) -> HttpResponse:
    step, then = proving.by_code(request, user, code), safe(request, halfway.then(request))
    come_in(request, user, second_step=step)
    return redirect(then)
