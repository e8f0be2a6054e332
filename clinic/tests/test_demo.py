"""The demo clinic: what it consists of."""

from datetime import timedelta

from django.contrib.auth import authenticate
from django.db.models import F, Sum

from billing.models import Invoice
from core.accounts.demo import demo_accounts
from core.accounts.models import User
from core.accounts.roles import Role
from core.clock import today
from core.outbox.models import OutboxRow
from inventory.models import Item, Lot
from patients.models import LabRequest, Patient, PrescriptionItem, Visit


def test_there_is_an_account_for_every_role_and_its_password_is_accepted(db, made):
    accounts = demo_accounts()

    assert {account.role for account in accounts} == set(Role)
    joy = authenticate(username="joy", password="joy-at-the-desk")
    assert (joy.display_name, joy.roles) == ("Joy Wanjiru", [Role.RECEPTIONIST])
    assert User.objects.filter(is_staff=True).get().username == "seth"


def test_every_resource_is_taken_in_and_its_staff_are_the_accounts(db, made):
    assert [made[name]["rejected"] for name in ("first patients", "patients")] == [0, 0]
    past = Visit.objects.filter(opened_at__date__lt=today())
    assert past.count() > 300
    assert set(past.values_list("clinician__username", flat=True)) == {"amina", "kenji", "sofia"}
    assert PrescriptionItem.objects.filter(item=None).count() == 0


def test_the_history_ends_before_today_on_a_day_of_work(db, made):
    ours = Visit.objects.exclude(kind=Visit.Kind.INPATIENT).filter(opened_at__date__lt=today())
    days = ours.dates("opened_at", "day")
    assert today() - max(days) < timedelta(days=15)
    assert {day.weekday() for day in days} <= set(range(7)) - {6}
    assert not Patient.objects.filter(birth_date__gt=today()).exists()


def test_today_shows_visits_in_every_state_of_the_house(db, made):
    visits = Visit.objects.filter(opened_at__date=today())
    in_house = set(Visit.State.values) - {"cancelled", "entered_in_error"}
    reached = set(visits.values_list("state", flat=True))
    assert reached <= in_house
    assert {"registered", "triaged", "in_consultation", "awaiting_results"} <= reached
    assert {"requested", "in_progress", "resulted"} <= set(
        LabRequest.objects.filter(visit__in=visits).values_list("state", flat=True)
    )


def test_each_did_their_own_work(db, made):
    visit = Visit.objects.get(reason="Kidney function check")
    rows = OutboxRow.objects.filter(entity_type="visit", entity_id=str(visit.pk)).order_by("id")
    names = {str(user.pk): user.username for user in User.objects.all()}
    doctor = visit.clinician.username
    assert [names[row.context["user_id"]] for row in rows] == ["joy", "ben", "ben", doctor, doctor]
    assert {row.context["reason"] for row in rows} == {"demo clinic"}


def test_stock_is_what_was_moved_and_some_of_it_needs_care(db, made):
    moved = Lot.objects.annotate(moved=Sum("moves__quantity"))
    low = Item.objects.annotate(left=Sum("lots__quantity")).filter(left__lt=F("reorder_level"))
    soon = Lot.objects.filter(expires_on__range=(today(), today() + timedelta(days=60)))
    assert moved.exclude(moved=F("quantity")).count() == 0
    assert low.count() >= 5
    assert soon.count() >= 5
    assert Lot.objects.filter(expires_on__lt=today()).exists()
    assert Item.objects.filter(lots=None).exists()


def test_invoices_are_numbered_without_a_gap_and_some_are_unpaid(db, made):
    for year in Invoice.objects.dates("issued_at", "year"):
        of_year = Invoice.objects.filter(number__startswith=f"INV-{year.year}-")
        numbers = sorted(int(number[9:]) for number in of_year.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
    assert set(Invoice.objects.values_list("state", flat=True)) >= {"issued", "paid"}
