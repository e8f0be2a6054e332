"""The same by plain HTTP, for a browser whose socket does not come through; and who is here."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.live import listening, presence, queries, topics

MOST_TOPICS = 30


@require_safe
@access("home.view")
def events(request: StaffRequest) -> JsonResponse:
    """`?after=topic~12&after=…`: frames after each number, and which topics to load afresh."""
    wanted = dict(map(_parsed, request.GET.getlist("after")[:MOST_TOPICS]))
    admitted, refused = listening.admit(request.user, wanted)
    present, heads = queries.epoch(), queries.heads(admitted)
    answer: dict[str, Any] = {"epoch": present, "heads": heads, "refused": refused}
    answer["events"], answer["reload"] = [], []
    is_same_time = request.GET.get("epoch") == present
    for topic, seq in admitted.items():
        found = listening.missed(topic, seq) if seq is not None and is_same_time else []
        if found is None or (seq is not None and not is_same_time):
            answer["reload"].append(topic)
        answer["events"] += found or []
    answer["reload"] += listening.unseen(admitted, _seconds(request.GET.get("since", "")))
    return JsonResponse(answer)


@require_safe
@access("home.view")
def viewers(request: StaffRequest) -> HttpResponse:
    """Colleagues who have the page of `?topic=` open; nobody where one may not listen oneself."""
    topic = request.GET.get("topic", "")
    ids = presence.present(topic) if topics.may_listen(request.user, topic) else []
    colleagues = User.objects.filter(pk__in=ids).exclude(pk=request.user.pk)
    names = [user.display_name for user in colleagues]
    return render(request, "components/presence.html", {"viewers": names})


@require_safe
@access("home.view")
def writers(request: StaffRequest) -> JsonResponse:
    """Colleagues who write on the page of `?topic=`, by place; nobody where one may not listen."""
    topic = request.GET.get("topic", "")
    places = presence.writers(topic) if topics.may_listen(request.user, topic) else {}
    ids = {one for found in places.values() for one in found} - {str(request.user.pk)}
    names = {str(user.pk): user.display_name for user in User.objects.filter(pk__in=ids)}
    named = {place: [names[i] for i in found if i in names] for place, found in places.items()}
    return JsonResponse({place: found for place, found in named.items() if found})


def _seconds(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _parsed(text: str) -> tuple[str, int | None]:
    topic, _, seq = text.partition("~")
    return topic, int(seq) if seq.isdecimal() and len(seq) < 16 else None
