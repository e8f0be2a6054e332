"""The same by plain HTTP, for a browser whose socket does not come through."""

from typing import Any

from django.http import JsonResponse

from core.accounts.access import StaffRequest, access
from core.live import listening, queries

MOST_TOPICS = 30


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
    return JsonResponse(answer)


def _parsed(text: str) -> tuple[str, int | None]:
    topic, _, seq = text.partition("~")
    return topic, int(seq) if seq.isdecimal() and len(seq) < 16 else None
