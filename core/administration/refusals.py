"""What the database or the domain refuses, as a message instead of a failure."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core.errors import ClinicError, ServiceUnavailable

View = Callable[..., HttpResponse]


def told(view: View) -> View:
    """The page again, with the sentence of what refused; nothing has been changed."""

    @wraps(view)
    def telling(admin: Any, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        try:
            return view(admin, request, *args, **options)
        except ServiceUnavailable:
            raise
        except (ClinicError, IntegrityError) as error:
            messages.error(request, f"Nothing was changed. {sentence(error)}")
            return HttpResponseRedirect(request.get_full_path())

    return telling


def sentence(error: Exception) -> str:
    """The trigger's own sentence where there is one, never a statement or a value."""
    diagnosis = getattr(error.__cause__, "diag", None)
    text = str(error) if isinstance(error, ClinicError) else _of_database(diagnosis)
    text = text.strip().removesuffix(".")
    return f"{text[:1].upper()}{text[1:]}."


def _of_database(diagnosis: Any) -> str:
    if diagnosis is None:
        return "The database refused it"
    # Raised by our own triggers; the server's own messages may quote values.
    is_ours = diagnosis.context and "RAISE" in diagnosis.context
    if is_ours and diagnosis.message_primary:
        return str(diagnosis.message_primary)
    name = diagnosis.constraint_name or diagnosis.table_name or "its rules"
    return f"The database refused it because of {name}"
