"""Handing out: all, in part, something equal, or not; and taking it back."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from core.accounts.roles import Role
from core.errors import NotAllowed
from inventory.domain import stock
from inventory.models import Lot, StockLocation, StockMove
from patients.domain import dispensing, returns, stops, visits
from patients.domain.dispensing import (
    DispensedMeanwhile,
    LinesRefused,
    NotToDispense,
    dispense,
)
from patients.domain.giving import Give, NotGiven, Owe
from patients.models import Dispense, Prescription, Room, Ticket
from patients.queries import dispensing as queries
from patients.signals import dispensed, returned
from patients.tests.medicines import item, lot, prescription
from patients.tests.people import patient

D = Decimal


@pytest.fixture
def lena(person):
    return person(Role.PHARMACIST, given_name="Lena", family_name="Schäfer")


@pytest.fixture
def amox(db):
    return item()


def line(of: Prescription, number: int = 0):
    return queries.lines_of(of.pk)[number]


def left(*lots: Lot) -> list[Decimal]:
    return [Lot.objects.get(pk=one.pk).quantity for one in lots]


def state(of: Prescription) -> str:
    return Prescription.objects.get(pk=of.pk).state


def sums_agree() -> bool:
    """Every lot is the sum of its movements."""
    moved = Lot.objects.annotate(moved=Sum("moves__quantity"))
    return all((one.moved or 0) == one.quantity for one in moved)


def test_what_expires_first_is_given_first_and_the_expired_never(lena, amox):
    late, soon = lot(amox, 400, number="L", days=200), lot(amox, 84, number="S", days=30)
    expired = lot(amox, 40, number="X", days=-1)
    ordered = prescription((amox, 120))

    done = dispense(ordered.pk, [Give(line(ordered).pk, D(120))], by=lena)

    assert [(one.lot, one.quantity) for one in done] == [(soon, 84), (late, 36)]
    assert left(expired, soon, late) == [40, 0, 364]
    assert (line(ordered).dispensed_quantity, state(ordered)) == (120, "dispensed")
    assert sums_agree()


def test_a_lot_may_be_given_on_the_day_that_stands_on_it(lena, amox):
    last_day = lot(amox, 10, days=0)
    ordered = prescription((amox, 10))

    dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)

    assert left(last_day) == [0]


@pytest.mark.parametrize("days", [-1, 100])
def test_an_expired_lot_or_one_of_a_closed_place_is_refused_when_chosen(lena, amox, days):
    lot(amox, 50, number="GOOD")
    closed = StockLocation.objects.create(name="Old store", active=False)
    place = {} if days < 0 else {"location": closed}
    bad = lot(amox, 50, number="BAD", days=days, **place)
    ordered = prescription((amox, 10))

    with pytest.raises(LinesRefused) as refused:
        dispense(ordered.pk, [Give(line(ordered).pk, D(10), lots={bad.pk: D(10)})], by=lena)

    [why] = refused.value.refusals.values()
    assert isinstance(why, stock.NotOnTheShelf)
    assert left(bad) == [50]


def test_lots_are_taken_as_chosen(lena, amox):
    first, second = lot(amox, 10, number="1", days=30), lot(amox, 10, number="2", days=60)
    ordered = prescription((amox, 8))
    chosen = {second.pk: D(5), first.pk: D(3)}

    dispense(ordered.pk, [Give(line(ordered).pk, D(8), lots=chosen)], by=lena)

    assert left(first, second) == [7, 5]


def test_short_stock_is_refused_with_who_took_it_last_and_takes_nothing_for_any_line(lena, amox):
    para = item("PARA500", name="Paracetamol", atc_code="N02BE01")
    lot(amox, 10), lot(para, 100)
    first = prescription((amox, 8))
    dispense(first.pk, [Give(line(first).pk, D(8))], by=lena)
    second = prescription((amox, 8), (para, 15), of=patient("Kamau, Daniel"))
    lines = queries.lines_of(second.pk)

    with pytest.raises(LinesRefused) as refused:
        dispense(second.pk, [Give(one.pk, one.quantity) for one in lines], by=lena)

    took = StockMove.objects.get(kind="dispense")
    at = f"{took.created_at.astimezone():%H:%M}"
    assert {pk: str(why) for pk, why in refused.value.refusals.items()} == {
        lines[0].pk: f"2 left; Lena Schäfer took 8 at {at}"
    }
    assert on_shelves() == [2, 100]
    assert state(second) == "signed"


def on_shelves() -> list[Decimal]:
    return list(Lot.objects.order_by("pk").values_list("quantity", flat=True))


def test_a_part_leaves_the_rest_owed_and_the_next_time_gives_it(lena, amox):
    shelf = lot(amox, 2)
    ordered = prescription((amox, 10))

    dispense(ordered.pk, [Give(line(ordered).pk, D(2))], by=lena)
    assert (queries.remaining(line(ordered)), state(ordered)) == (8, "partially_dispensed")
    assert [*queries.in_part()] == [ordered]
    StockMove.objects.create(lot=shelf, quantity=20, kind="receive")
    dispense(ordered.pk, [Give(line(ordered).pk, D(8))], by=lena)

    assert (queries.remaining(line(ordered)), state(ordered)) == (0, "dispensed")


def test_no_more_than_ordered(lena, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10))

    with pytest.raises(LinesRefused, match="Only 10 of 10 are still to be given"):
        dispense(ordered.pk, [Give(line(ordered).pk, D(11))], by=lena)


def test_not_given_says_why_and_settles_the_line(lena, amox):
    ordered = prescription((amox, 10))

    with pytest.raises(LinesRefused, match="Say why"):
        dispensing.not_given(line(ordered).pk, "  ", by=lena)
    dispensing.not_given(line(ordered).pk, "Has some at home", by=lena)

    assert (queries.remaining(line(ordered)), state(ordered)) == (0, "dispensed")
    assert Dispense.objects.get().reason == "Has some at home"


def test_another_strength_counts_for_what_was_ordered(lena, amox):
    small = item("AMOX250", strength="250 mg")
    shelf = lot(small, 100)
    ordered = prescription((amox, 21))
    give = Give(line(ordered).pk, D(42), item=small.pk, covers=D(21), why="500 mg is out of stock")

    [done] = dispense(ordered.pk, [give], by=lena)

    assert (done.item, done.quantity, done.covers) == (small, 42, 21)
    assert done.substituted == "500 mg is out of stock"
    assert (left(shelf), state(ordered)) == ([58], "dispensed")


def test_another_drug_is_not_a_substitute_and_one_needs_a_reason(lena, amox):
    para = item("PARA500", name="Paracetamol", atc_code="N02BE01")
    small = item("AMOX250", strength="250 mg")
    lot(para, 100), lot(small, 100)
    ordered = prescription((amox, 21))
    one = line(ordered).pk

    with pytest.raises(LinesRefused, match="another drug"):
        dispense(ordered.pk, [Give(one, D(21), item=para.pk, why="cheaper")], by=lena)
    with pytest.raises(LinesRefused, match="Say why"):
        dispense(ordered.pk, [Give(one, D(21), item=small.pk)], by=lena)


def test_the_second_pharmacist_is_told_who_did_it(lena, person, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10))
    version = queries.revision(ordered, queries.lines_of(ordered.pk))
    dispense(ordered.pk, [Give(line(ordered).pk, D(4))], version=version, by=lena)

    with pytest.raises(DispensedMeanwhile) as refused:
        give = Give(line(ordered).pk, D(4))
        dispense(ordered.pk, [give], version=version, by=person(Role.PHARMACIST))

    done = Dispense.objects.get()
    at = f"{done.updated_at.astimezone():%H:%M}"
    assert str(refused.value) == (
        f"Lena Schäfer dispensed this prescription at {at}. It is partly dispensed."
    )


@pytest.mark.parametrize("wrong", ["draft", "cancelled"])
def test_what_is_not_signed_or_cancelled_is_not_handed_out(lena, amox, wrong):
    lot(amox, 100)
    ordered = prescription((amox, 10))
    if wrong == "cancelled":
        Prescription.objects.filter(pk=ordered.pk).update(state=wrong)
    else:
        ordered = Prescription.objects.create(
            patient=ordered.patient, written_at=ordered.written_at
        )

    with pytest.raises(NotToDispense, match=wrong):
        dispense(ordered.pk, [Owe(ordered.pk)], by=lena)


def test_only_pharmacists_dispense(person, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10))

    with pytest.raises(NotAllowed):
        dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=person(Role.CLINICIAN))


def test_those_above_hear_of_it_inside_the_transaction(lena, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10), (item("P", atc_code="N02BE01"), 5))
    first, second = queries.lines_of(ordered.pk)
    heard = []

    def hear(sender, dispenses, by, **_):
        heard.append((dispenses, by, connection.in_atomic_block))

    dispensed.connect(hear)
    done = dispense(ordered.pk, [Give(first.pk, D(10)), NotGiven(second.pk, "At home")], by=lena)
    dispensed.disconnect(hear)

    assert heard == [(done[:1], lena, True)]


@pytest.fixture
def at_the_pharmacy(person, amox):
    """A patient in the queue of the pharmacy, with an order of ten."""
    ticket = visits.start(patient().pk, service=Room.Kind.PHARMACY, by=person(Role.RECEPTIONIST))
    ordered = prescription((amox, 10), (amox, 5), visit=ticket.visit)
    return ticket, ordered


def service(ticket: Ticket) -> str:
    return Ticket.objects.get(pk=ticket.pk).service


def test_the_patient_goes_on_once_every_line_is_decided(lena, amox, at_the_pharmacy):
    lot(amox, 100)
    ticket, ordered = at_the_pharmacy
    first, second = queries.lines_of(ordered.pk)

    dispense(ordered.pk, [Give(first.pk, D(10))], by=lena)
    assert service(ticket) == "pharmacy"
    dispense(ordered.pk, [Owe(second.pk, "Comes on Friday")], by=lena)

    assert service(ticket) == "cash_desk"
    assert stops.next_stop(ticket.visit) == Room.Kind.CASH_DESK
    assert (queries.remaining(line(ordered, 1)), state(ordered)) == (5, "partially_dispensed")


def test_undoing_puts_everything_back(lena, amox, at_the_pharmacy):
    shelf = lot(amox, 100)
    ticket, ordered = at_the_pharmacy
    lines = queries.lines_of(ordered.pk)
    give = [Give(lines[0].pk, D(10)), NotGiven(lines[1].pk, "At home")]
    done = dispense(ordered.pk, give, by=lena)
    assert service(ticket) == "cash_desk"

    returns.undo([one.pk for one in done], by=lena)

    assert (left(shelf), state(ordered), service(ticket)) == ([100], "signed", "pharmacy")
    assert [queries.remaining(one) for one in queries.lines_of(ordered.pk)] == [10, 5]
    assert sums_agree()


def test_only_ones_own_dispensing_is_undone(lena, person, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10))
    done = dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)

    with pytest.raises(returns.TooLate):
        returns.undo([one.pk for one in done], by=person(Role.PHARMACIST))

    assert state(ordered) == "dispensed"


def test_what_comes_back_goes_to_the_shelf_or_is_destroyed(lena, amox):
    shelf = lot(amox, 100)
    ordered = prescription((amox, 10))
    [done] = dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)
    heard = []
    returned.connect(hear := lambda sender, quantity, **_: heard.append(quantity))

    returns.give_back(done.pk, D(4), reason="Rash", destroy=True, by=lena)
    assert left(shelf) == [90]
    returns.give_back(done.pk, D(3), reason="Unopened", by=lena)
    returned.disconnect(hear)

    assert (left(shelf), heard) == ([93], [4, 3])
    assert (state(ordered), sums_agree()) == ("dispensed", True)
    with pytest.raises(returns.NotToReturn, match="Only 3"):
        returns.give_back(done.pk, D(4), reason="More", by=lena)
    with pytest.raises(stock.NoReason):
        returns.give_back(done.pk, D(1), reason=" ", by=lena)


def test_what_was_dispensed_is_neither_changed_nor_deleted(lena, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10))
    dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Dispense.objects.update(quantity=1)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        Dispense.objects.all().delete()
    with pytest.raises(DatabaseError, match="no_more_back"), transaction.atomic():
        Dispense.objects.update(returned_quantity=11)


def test_what_is_owed_belongs_to_the_visit_in_which_it_is_fetched(lena, person, amox):
    lot(amox, 100)
    ordered = prescription((amox, 10), of=patient())
    ticket = visits.start(ordered.patient_id, by=person(Role.RECEPTIONIST))

    [done] = dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)

    assert done.visit == ticket.visit


def test_a_line_without_a_quantity_is_settled_by_what_is_given(lena, amox):
    lot(amox, 100)
    ordered = prescription((amox, None))

    dispense(ordered.pk, [Give(line(ordered).pk, D(15))], by=lena)

    assert (state(ordered), line(ordered).dispensed_quantity) == ("dispensed", 15)


def test_a_line_of_another_prescription_is_refused(lena, amox):
    lot(amox, 100)
    mine, other = prescription((amox, 10)), prescription((amox, 10), of=patient("Kamau, Daniel"))

    with pytest.raises(LinesRefused, match="not of this prescription"):
        dispense(mine.pk, [Give(line(other).pk, D(10))], by=lena)
