"""A clinician's inbox: results that nobody has looked at yet, the gravest first."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from clinical_docs.choices import rounded, unit_on_paper
from clinical_docs.queries import judging
from clinical_docs.queries.earlier import earlier, last_of
from clinical_docs.queries.measures import Measure
from core.accounts.models import User
from core.errors import ServiceUnavailable
from core.shell.charts import range_text
from patients.models import CriticalCall, LabRequest

State = LabRequest.State
MOST = 100
CRITICAL = r"\m(HH|LL|AA)\M"


@dataclass(frozen=True)
class Line:
    """One value of a result beside the one before it."""

    name: str
    value: str
    unit: str
    flag: str
    range: str
    before: str
    trend: str
    old: str


@dataclass(frozen=True)
class Item:
    """One result to be looked at."""

    request: LabRequest
    lines: list[Line]
    calls: list[CriticalCall]

    @property
    def notable(self) -> list[Line]:
        return [line for line in self.lines if line.flag or line.old]

    @property
    def others(self) -> list[Line]:
        return [line for line in self.lines if not (line.flag or line.old)]

    @property
    def is_critical(self) -> bool:
        return any(line.flag in judging.CRITICAL for line in self.lines)

    @property
    def is_final(self) -> bool:
        return self.request.state == State.VERIFIED

    @property
    def amendments(self) -> list[dict[str, Any]]:
        return list(self.request.entered.get("amendments", ()))

    @property
    def weight(self) -> int:
        """The order of the inbox: critical, abnormal, normal."""
        if self.is_critical:
            return 0
        return 1 if self.notable else 2


@dataclass(frozen=True)
class Inbox:
    """The items, the gravest first and of those the oldest."""

    items: list[Item]
    mine: int
    everybody: int
    is_delayed: bool = False


def unseen(user: User | None = None) -> QuerySet[LabRequest]:
    """Results nobody has acknowledged: verified ones, and critical ones already before that.

    With `user`, those this clinician ordered or whose visit is theirs.
    """
    there = Q(state=State.VERIFIED) | Q(
        state__in=(State.IN_PROGRESS, State.RESULTED), flag_summary__regex=CRITICAL
    )
    found = LabRequest.objects.filter(there, acknowledged_at=None, resulted_at__isnull=False)
    return found.filter(Q(requester=user) | Q(visit__clinician=user)) if user else found


def inbox(user: User, *, is_all: bool) -> Inbox:
    """Four questions to PostgreSQL and one to MongoDB, whatever the number of results."""
    chosen = unseen(None if is_all else user)
    people = ("patient", "requester", "verified_by", "resulted_by", "visit")
    requests = list(chosen.select_related(*people).prefetch_related("calls__by")[:MOST])
    try:
        before = earlier([one.patient_id for one in requests], [one.pk for one in requests])
        is_delayed = False
    except ServiceUnavailable:
        before, is_delayed = {}, True
    items = [_item(one, before.get(str(one.patient_id), [])) for one in requests]
    items.sort(
        key=lambda item: (item.weight, item.request.resulted_at or item.request.requested_at)
    )
    return Inbox(items, unseen(user).count(), unseen().count(), is_delayed)


def _item(request: LabRequest, before: list[Measure]) -> Item:
    results = request.entered.get("results", {})
    lines = [_line(request.entered, key, value, before) for key, value in results.items()]
    return Item(request, lines, list(request.calls.all()))


def _line(data: dict[str, Any], key: str, value: Any, before: list[Measure]) -> Line:
    limits = data.get("reference_ranges", {}).get(key, {})
    unit, code = data.get("units", {}).get(key, ""), data.get("codes", {}).get(key, "")
    last = last_of(before, key=key, code=code, unit=unit)
    olds = [one["before"][key] for one in data.get("amendments", ()) if one["before"].get(key)]
    return Line(
        name=data.get("names", {}).get(key, key.replace("_", " ")),
        value=rounded(value),
        unit=unit_on_paper(unit),
        flag=data.get("flags", {}).get(key, ""),
        range=range_text(limits.get("min"), limits.get("max")),
        before=rounded(last.value) if last else "",
        trend=_trend(value, last),
        old=", ".join(judging.written(one) for one in olds),
    )


def _trend(value: Any, last: Measure | None) -> str:
    change = judging.change(value, last.value) if last else None
    if change is None:
        return ""
    return "same" if change == 0 else "up" if change > 0 else "down"
