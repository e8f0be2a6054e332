"""The list of invoices, narrowed by what stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from billing.models import Invoice
from billing.queries.owed import OWED
from billing.queries.papers import invoices_for
from core.accounts.models import User
from core.shell.words import clinic_date
from patients.queries.dates import parse_date

AGES = {
    "0": ("up to 30 days old", 0, 30),
    "31": ("31 to 60 days old", 31, 60),
    "61": ("61 to 90 days old", 61, 90),
    "91": ("more than 90 days old", 91, None),
}
UNPAID = "unpaid"
STATES = {UNPAID: "Unpaid", **{s.value: str(s.label) for s in Invoice.State if s != "draft"}}


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; whatever makes no sense counts as not said."""

    state: str = ""
    since: date | None = None
    until: date | None = None
    age: str = ""
    q: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        state, age = asked.get("state", ""), asked.get("age", "")
        return cls(
            state if state in STATES else "",
            parse_date(asked.get("since", "")),
            parse_date(asked.get("until", "")),
            age if age in AGES else "",
            asked.get("q", "").strip()[:60],
        )

    def in_words(self) -> list[str]:
        """As a list on paper states them."""
        words = [STATES[self.state]] if self.state else ["All"]
        words += [f"issued from {clinic_date(self.since)}"] if self.since else []
        words += [f"issued until {clinic_date(self.until)}"] if self.until else []
        words += [AGES[self.age][0]] if self.age else []
        return words + ([f'"{self.q}"'] if self.q else [])


def listed(user: User, filters: Filters) -> QuerySet[Invoice]:
    """The newest first."""
    found = invoices_for(user).order_by("-issued_at", "-number")
    if filters.state:
        found = found.filter(state__in=OWED if filters.state == UNPAID else [filters.state])
    if filters.since:
        found = found.filter(issued_at__date__gte=filters.since)
    if filters.until:
        found = found.filter(issued_at__date__lte=filters.until)
    if filters.age:
        found = _of_age(found, filters.age)
    if filters.q:
        found = found.filter(number__icontains=filters.q) | found.filter(
            patient__family_name__istartswith=filters.q
        )
    return found


def _of_age(found: QuerySet[Invoice], age: str) -> QuerySet[Invoice]:
    """By whole days since the day of issue."""
    _, least, most = AGES[age]
    today = timezone.localdate()
    found = found.filter(issued_at__date__lte=today - timedelta(days=least))
    if most is not None:
        found = found.filter(issued_at__date__gte=today - timedelta(days=most))
    return found


def owed_of(found: QuerySet[Invoice]) -> Decimal:
    """What is still to be paid of them."""
    owed = found.filter(state__in=OWED).order_by()
    return owed.aggregate(sum=Sum(F("total") - F("credited") - F("paid")))["sum"] or Decimal(0)
