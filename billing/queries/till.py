"""Who stands at the cash desk, who still owes, who has paid today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from billing.models import Receipt
from billing.queries.owed import charged_to, owed_by
from core.accounts.models import User
from core.clock import today
from core.shell.words import clinic_date, minutes, money
from patients.models import Patient, Room, Ticket, Visit

ZERO = Decimal("0.00")
AT_ONCE = 40
OWING = """
SELECT patient_id, sum(amount), min(since), count(*) FROM (
    SELECT patient_id, total - credited - paid AS amount, issued_at AS since
    FROM invoices WHERE state IN ('issued', 'part_paid')
    UNION ALL
    SELECT c.patient_id, c.amount, c.created_at
    FROM charges AS c LEFT JOIN visits AS v ON v.id = c.visit_id
    WHERE c.state = 'open' AND (v.id IS NULL OR v.closed_at IS NOT NULL)) AS owed
GROUP BY patient_id
"""
PAGE_OF_OWING = f"{OWING} ORDER BY min(since) DESC, patient_id LIMIT %s OFFSET %s"
COUNT_OF_OWING = f"SELECT count(*) FROM ({OWING}) AS owing"  # noqa: S608  (a constant)


@dataclass(frozen=True)
class Row:
    """A line of the list at the left."""

    patient: Patient
    amount: Decimal
    about: str
    since: datetime | None = None
    when: str = ""
    receipt: Receipt | None = None
    is_called: bool = False


def at_the_desk() -> QuerySet[Ticket]:
    """Whose ticket is at the cash desk, the longest wait first."""
    tickets = Ticket.objects.filter(service=Room.Kind.CASH_DESK).exclude(state__in=Ticket.ENDED)
    return tickets.select_related("patient", "visit").order_by("queued_at")


def ready_without_ticket() -> QuerySet[Visit]:
    """Visits that came by an import or by telephone hold none."""
    active = Ticket.objects.filter(visit=OuterRef("pk")).exclude(state__in=Ticket.ENDED)
    ready = Visit.objects.filter(~Q(Exists(active)), state=Visit.State.READY_TO_BILL)
    return ready.select_related("patient").order_by("opened_at")


def waiting_to_pay(user: User) -> int:
    """How many the menu says are at the desk."""
    return at_the_desk().count() + ready_without_ticket().count()


def now_rows() -> list[Row]:
    """Everybody who is at the desk, in four questions."""
    tickets, visits = list(at_the_desk()), list(ready_without_ticket()[:AT_ONCE])
    patients = {one.patient_id for one in tickets} | {one.patient_id for one in visits}
    charged, owed = charged_to(patients), owed_by(patients)

    def row(patient: Patient, about: str, since: datetime, *, is_called: bool = False) -> Row:
        before, amount = owed.get(patient.pk, ZERO), charged.get(patient.pk, ZERO)
        debt = f"{about} · {money(before)} of before" if before else about
        return Row(patient, amount + before, debt, since, minutes(since), is_called=is_called)

    held = [
        row(one.patient, one.label, one.queued_at, is_called=one.state == Ticket.State.CALLED)
        for one in tickets
    ]
    return [*held, *(row(one.patient, "no ticket", one.opened_at) for one in visits)]


def owing_rows(begin: int = 0, end: int = AT_ONCE) -> list[Row]:
    """Who has left and owes something, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(PAGE_OF_OWING, [end - begin, begin])
        rows = cursor.fetchall()
    patients = Patient.objects.in_bulk([patient_id for patient_id, *_ in rows])
    return [_owing(patients[pk], amount, since, many) for pk, amount, since, many in rows]


def _owing(patient: Patient, amount: Decimal, since: datetime, many: int) -> Row:
    things = "1 bill or charge" if many == 1 else f"{many} bills or charges"
    return Row(patient, amount, things, since, clinic_date(since))


def count_owing() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_OF_OWING)
        return int(cursor.fetchone()[0])


def receipts_today() -> QuerySet[Receipt]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    receipts = Receipt.objects.filter(taken_at__gte=midnight)
    return receipts.select_related("patient", "shift__cashier").order_by("-taken_at")


def paid_rows(begin: int = 0, end: int = AT_ONCE) -> list[Row]:
    """Today's receipts, the last first."""
    return [
        Row(
            one.patient,
            one.total,
            one.number,
            one.taken_at,
            f"{timezone.localtime(one.taken_at):%H:%M}",
            receipt=one,
        )
        for one in receipts_today()[begin:end]
    ]


@dataclass(frozen=True)
class Listed:
    """A list as a paginator reads it: how many there are, and the rows between two places."""

    count_all: Callable[[], int]
    rows: Callable[[int, int], list[Row]]

    def __len__(self) -> int:
        return self.count_all()

    def __getitem__(self, places: slice) -> list[Row]:
        return self.rows(places.start, places.stop)


PAGED = {
    "owing": Listed(count_owing, owing_rows),
    "paid": Listed(lambda: receipts_today().count(), paid_rows),
}


def patient_of_ticket(label: str) -> UUID | None:
    """Whose ticket of today this is: `A012`."""
    held = Ticket.objects.filter(
        service_day=today(), prefix=label.rstrip("0123456789"), number=_digits(label)
    )
    return held.values_list("patient_id", flat=True).first()


def _digits(label: str) -> int:
    digits = label[len(label.rstrip("0123456789")) :]
    return int(digits) if digits else 0
