"""Where forms keep what is being typed."""

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core.accounts.access import StaffRequest, access
from core.editing import drafts


@require_http_methods(["POST", "DELETE"])
@access("home.view")
def draft(request: StaffRequest, form: str, object_id: str = "") -> HttpResponse:
    """POST keeps the form's fields and says when; DELETE forgets them."""
    if not drafts.is_place(form, object_id):
        raise Http404
    if request.method == "DELETE":
        drafts.discard(form, object_id, by=request.user)
        return HttpResponse(status=200)
    try:
        saved_at = drafts.save(form, object_id, request.POST.dict(), by=request.user)
    except drafts.DraftTooLong as error:
        return JsonResponse({"error": str(error)}, status=413)
    return JsonResponse({"saved_at": f"{timezone.localtime(saved_at):%H:%M}"})
