"""One order on the laboratory's bench: its values as typed or stored, judged, beside the ones before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinical_docs.choices import rounded, unit_on_paper
from clinical_docs.queries import judging
from clinical_docs.queries.measures import Measure
from core.shell.charts import range_text
from patients.models import LabRequest, LabTest, ReferenceRange
from patients.queries.laboratory import BEGUN

State = LabRequest.State


@dataclass(frozen=True)
class Row:
    """One analyte: its value as typed or stored, judged, beside the one before."""

    place: str
    key: str
    test: LabTest
    text: str
    flag: str
    limits: ReferenceRange | None
    previous: Measure | None
    struck: list[str]
    is_computed: bool = False

    @property
    def value(self) -> judging.Value | None:
        return judging.read(self.text)

    @property
    def unit(self) -> str:
        return unit_on_paper(self.test.unit)

    @property
    def range(self) -> str:
        limits = self.limits
        return range_text(_short(limits.low), _short(limits.high)) if limits else ""

    @property
    def before(self) -> str:
        return rounded(self.previous.value) if self.previous else ""

    @property
    def change(self) -> str:
        """`1.9`, without its sign: the arrow says it."""
        difference = judging.change(self.value, self._number_before)
        return f"{abs(difference).normalize():f}" if difference else ""

    @property
    def is_up(self) -> bool:
        return (judging.change(self.value, self._number_before) or 0) > 0

    @property
    def is_jump(self) -> bool:
        return judging.is_jump(self.test, self.value, self._number_before)

    @property
    def is_critical(self) -> bool:
        return self.flag in judging.CRITICAL

    @property
    def answers(self) -> list[str]:
        """What may be chosen, and what was stored before the catalogue changed."""
        offered = [*self.test.answers, judging.NOT_DONE]
        return offered if self.text in ("", *offered) else [self.text, *offered]

    @property
    def limit(self) -> str:
        """Why the value is critical: `above 6.2`."""
        limits = self.limits
        if self.flag == "HH" and limits:
            return f"above {_short(limits.critical_high)}"
        return f"below {_short(limits.critical_low)}" if self.flag == "LL" and limits else ""

    @property
    def believable(self) -> str:
        return range_text(_short(self.test.least), _short(self.test.most))

    @property
    def data(self) -> list[tuple[str, Any]]:
        """What the browser judges by while somebody types."""
        limits = self.limits
        ends = ("low", "high", "critical_low", "critical_high")
        known = {name: _short(getattr(limits, name)) for name in ends} if limits else {}
        known |= {"before": self._number_before, "delta": self.test.delta}
        return [
            (name.replace("_", "-"), value) for name, value in known.items() if value is not None
        ]

    @property
    def _number_before(self) -> judging.Value | None:
        return self.previous.value if self.previous else None


@dataclass(frozen=True)
class Sheet:
    """One order with its rows."""

    request: LabRequest
    rows: list[Row]
    comment: str
    base: dict[str, str]
    is_amending: bool = False

    @property
    def tone(self) -> str:
        return {State.VERIFIED: "ok", State.RESULTED: "act"}.get(State(self.request.state), "")

    @property
    def is_open(self) -> bool:
        return self.request.state in BEGUN

    @property
    def is_whole(self) -> bool:
        return self.request.state == State.RESULTED

    @property
    def is_verified(self) -> bool:
        return self.request.state == State.VERIFIED

    @property
    def previous_at(self) -> datetime | None:
        return max((row.previous.at for row in self.rows if row.previous), default=None)

    @property
    def untold(self) -> list[Row]:
        return [row for row in self.rows if row.key in self.request.untold]

    @property
    def amendments(self) -> list[dict[str, Any]]:
        return list(self.request.entered.get("amendments", ()))


def _short(limit: Any) -> Any:
    """4.0000 of the database is written 4."""
    return None if limit is None else judging.plain(limit)
