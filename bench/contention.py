"""Fifty people at the same thing at the same moment: what was sold twice, doubled or lost.

    python -m bench.contention [--people 50] [--rounds 5]

Every contest is held on real PostgreSQL, each person in a thread with a connection of their own, all
let go at one signal. `won` counts the acts that went through, `refused` those that were told why, by
the name of what refused; an error of any other kind ends the run.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bench.scratch import scratch  # isort: skip  (sets Django up)

from django.db.models import Sum

from core.accounts.models import User
from core.accounts.roles import Role
from core.testing import databases
from core.testing.crowds import at_once
from inventory.models import Item, Lot
from patients.domain import patients, queue, visits
from patients.domain.dispensing import dispense
from patients.domain.giving import Give
from patients.models import Dispense, Patient, Ticket, Visit
from patients.queries import dispensing
from patients.tests.medicines import item, lot, prescription

Act = Callable[[int], None]
PERSON = {
    "family_name": "Okoro",
    "given_names": "Grace",
    "sex": "female",
    "birth_date": date(1988, 3, 2),
}


@dataclass(frozen=True)
class Contest:
    """`set_up` gives what person n does; `harm` counts what must not have happened."""

    name: str
    set_up: Callable[[], Act]
    winners: int
    harm: Callable[[], int]


def somebody(*roles: Role) -> User:
    user = User(username=f"bench-{User.objects.count()}", roles=list(roles))
    user.set_unusable_password()
    user.save()
    return user


def known() -> Patient:
    return Patient.objects.create(**PERSON)


def call_one_ticket() -> Act:
    ticket = visits.start(known().pk, by=somebody(Role.RECEPTIONIST))
    nurse = somebody(Role.NURSE)
    return lambda _: void(queue.call(ticket.pk, version=ticket.version, by=nurse))


def start_one_visit() -> Act:
    patient, desk = known(), somebody(Role.RECEPTIONIST)
    return lambda _: void(visits.start(patient.pk, by=desk))


def register_one_person() -> Act:
    desk = somebody(Role.RECEPTIONIST)
    return lambda _: void(patients.register(PERSON, by=desk))


def edit_one_record() -> Act:
    patient, desk = known(), somebody(Role.RECEPTIONIST)

    def edit(n: int) -> None:
        patients.update(patient.pk, {"address": f"{n} River Road"}, version=1, by=desk)

    return edit


def take_one_shelf() -> Act:
    """A hundred in two lots, three for each: enough for 33 people."""
    amox, lena = item(), somebody(Role.PHARMACIST)
    lot(amox, 60, number="1", days=30), lot(amox, 40, number="2", days=60)
    return hand_out([(amox,)] * 50, lena)


def dispense_one_prescription() -> Act:
    amox, lena = item(), somebody(Role.PHARMACIST)
    lot(amox, 1000)
    ordered = prescription((amox, 10))
    lines = dispensing.lines_of(ordered.pk)
    version = dispensing.revision(ordered, lines)
    give = [Give(lines[0].pk, Decimal(10))]
    return lambda _: void(dispense(ordered.pk, give, version=version, by=lena))


def take_two_shelves_from_both_ends() -> Act:
    one, two, lena = item("ONE"), item("TWO"), somebody(Role.PHARMACIST)
    lot(one, 1000, number="1"), lot(two, 1000, number="2")
    return hand_out([(one, two), (two, one)] * 25, lena)


def hand_out(wanted: list[tuple[Item, ...]], by: User) -> Act:
    """Each a prescription of their own, three of each item."""
    orders = [prescription(*((one, 3) for one in items), of=known()) for items in wanted]
    gives = [[Give(line.pk, Decimal(3)) for line in dispensing.lines_of(o.pk)] for o in orders]
    return lambda n: void(dispense(orders[n].pk, gives[n], by=by))


def one_row_too_many() -> int:
    return oversold() + Dispense.objects.count() - 1


def oversold() -> int:
    """Below nothing, or a lot that is not the sum of its movements."""
    lots = Lot.objects.annotate(moved=Sum("moves__quantity"))
    return sum(one.quantity < 0 or one.moved != one.quantity for one in lots)


def void(_: object) -> None:
    """An act's result is looked at in the database."""


CONTESTS = [
    Contest("ticket called", call_one_ticket, 1, lambda: Ticket.objects.get().called_count - 1),
    Contest("visit started", start_one_visit, 1, lambda: Visit.objects.count() - 1),
    Contest("patient registered", register_one_person, 1, lambda: Patient.objects.count() - 1),
    Contest("record edited", edit_one_record, 1, lambda: Patient.objects.get().version - 2),
    Contest("last of the stock", take_one_shelf, 33, oversold),
    Contest("prescription dispensed", dispense_one_prescription, 1, one_row_too_many),
    Contest("shelves in opposite order", take_two_shelves_from_both_ends, 50, oversold),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with scratch("contention"):
        answers = [report(one, options.people, options.rounds) for one in CONTESTS]
    return 0 if all(answers) else 1


def report(contest: Contest, people: int, rounds: int) -> bool:
    total: Counter[str] = Counter()
    harm, started = 0, time.perf_counter()
    for _ in range(rounds):
        databases.empty()
        total += at_once(contest.set_up(), people)
        harm += contest.harm()
    won = total.pop("done", 0)
    figures = {"rounds": rounds, "attempts": people * rounds, "won": won, "harm": harm}
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"contest": contest.name, **figures, "refused": dict(total), "s": seconds}))
    return not harm and won == contest.winners * rounds


if __name__ == "__main__":
    sys.exit(main())
