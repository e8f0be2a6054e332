"""Ordering tests: together, once, and taken back while nothing was taken from the patient."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from core.errors import NotAllowed
from core.shell.reading import looks
from patients.domain import lab_requests
from patients.domain.ongoing import VisitOver
from patients.models import LabRequest, LabTest, Visit
from patients.queries.facts import facts
from patients.signals import test_cancelled, tests_ordered
from patients.tests.people import patient

HTMX = {"HTTP_HX_REQUEST": "true"}
State = LabRequest.State


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, given_name="Dr Amina")


@pytest.fixture
def visit(db):
    return Visit.objects.create(patient=patient(born="1988-03-02"), opened_at=timezone.now())


@pytest.fixture
def tests(db):
    return catalogue()


def catalogue():
    made = (
        ("CBC", "Complete blood count", "", "Venous blood, EDTA"),
        ("HGB", "Haemoglobin", "Complete blood count", "Venous blood, EDTA"),
        ("CRP", "C-reactive protein", "", "Serum"),
        ("ACR", "Urine albumin to creatinine ratio", "", "Urine, spot"),
    )
    return {
        code: LabTest.objects.create(code=code, name=name, panel=panel, specimen=specimen)
        for code, name, panel, specimen in made
    }


@pytest.fixture
def heard():
    """What billing would hear."""
    told = []

    def ordered(sender, requests, by, **more):
        told.append(("ordered", [one.name for one in requests], by))

    def cancelled(sender, request, by, **more):
        told.append(("cancelled", [request.name], by))

    tests_ordered.connect(ordered)
    test_cancelled.connect(cancelled)
    yield told
    tests_ordered.disconnect(ordered)
    test_cancelled.disconnect(cancelled)


def states(visit):
    return {one.name: one.state for one in LabRequest.objects.filter(visit=visit)}


def test_tests_are_ordered_together_and_billing_hears_once(visit, tests, amina, heard):
    done = lab_requests.order(visit.pk, [tests["CBC"].pk, tests["CRP"].pk], by=amina)

    names = ["C-reactive protein", "Complete blood count"]
    assert [one.name for one in done.requests] == names
    assert states(visit) == dict.fromkeys(names, State.REQUESTED)
    assert heard == [("ordered", names, amina)]


def test_a_panel_is_one_order(visit, tests, amina):
    [request] = lab_requests.order(visit.pk, [tests["CBC"].pk], by=amina).requests

    assert (request.test.code, request.priority, request.requester) == ("CBC", "routine", amina)


def test_what_is_ordered_already_is_not_ordered_again(visit, tests, amina):
    lab_requests.order(visit.pk, [tests["CBC"].pk], by=amina)

    done = lab_requests.order(visit.pk, [tests["CBC"].pk, tests["CRP"].pk], by=amina)

    assert [one.name for one in done.requests] == ["C-reactive protein"]
    assert [one.name for one in done.known] == ["Complete blood count"]


def test_it_is_said_who_ordered_it_before(visit, tests, amina):
    lab_requests.order(visit.pk, [tests["CBC"].pk], by=amina)

    with pytest.raises(lab_requests.NothingOrdered, match=r"already at \d\d:\d\d by Dr Amina"):
        lab_requests.order(visit.pk, [tests["CBC"].pk], by=amina)


def test_nothing_ticked_is_said(visit, amina):
    with pytest.raises(lab_requests.NothingOrdered, match="Tick a test"):
        lab_requests.order(visit.pk, [], by=amina)


def test_a_nurse_orders_nothing(visit, tests, person):
    with pytest.raises(NotAllowed):
        lab_requests.order(visit.pk, [tests["CBC"].pk], by=person(Role.NURSE))


def test_nothing_is_ordered_after_the_visit(visit, tests, amina):
    Visit.objects.filter(pk=visit.pk).update(state="cancelled")

    with pytest.raises(VisitOver):
        lab_requests.order(visit.pk, [tests["CBC"].pk], by=amina)


def test_an_order_is_taken_back_once(visit, tests, amina, heard):
    [request] = lab_requests.order(visit.pk, [tests["CBC"].pk], by=amina).requests

    for _ in range(2):
        lab_requests.cancel(request.pk, by=amina)

    assert states(visit) == {"Complete blood count": State.CANCELLED}
    assert [one[0] for one in heard] == ["ordered", "cancelled"]


def test_what_was_taken_from_the_patient_stays(visit, tests, amina):
    done = lab_requests.order(visit.pk, [tests["CBC"].pk, tests["CRP"].pk], by=amina)
    LabRequest.objects.filter(pk=done.requests[0].pk).update(state=State.COLLECTED)

    with pytest.raises(lab_requests.TakenAlready, match="collected already"):
        lab_requests.cancel_all([one.pk for one in done.requests], by=amina)
    assert states(visit)["Complete blood count"] == State.REQUESTED


@pytest.mark.django_db(transaction=True)
def test_ordered_by_ten_at_once_it_is_ordered_once(person):
    amina, [test] = person(Role.CLINICIAN), [catalogue()["CBC"]]
    visit = Visit.objects.create(patient=patient(), opened_at=timezone.now())

    def work(_):
        try:
            lab_requests.order(visit.pk, [test.pk], by=amina)
        except lab_requests.NothingOrdered:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(work, range(10))) == 1
    assert LabRequest.objects.count() == 1


def page(client, visit, query=""):
    return client.get(reverse("patients:orders", args=[visit.pk]) + query, **HTMX)


def order(client, visit, *tests, **sent):
    sent.setdefault("key", str(uuid4()))
    url = reverse("patients:order_tests", args=[visit.pk])
    return client.post(url, {"test": [str(one.pk) for one in tests], **sent}, **HTMX)


def test_the_form_shows_when_it_was_last_done_and_what_it_said(visit, tests, amina, client):
    client.force_login(amina)
    LabRequest.objects.create(
        patient=visit.patient, test=tests["CRP"], name="C-reactive protein", flag_summary="H",
        requested_at=timezone.now().replace(year=2025, month=9, day=14), state="verified",
        verified_at=timezone.now(),
    )  # fmt: skip

    shown = page(client, visit).content.decode()

    assert 'title="14-Sep-2025' in shown
    assert ">H</b>" in shown
    assert shown.count("never") == 3


def test_what_is_ordered_is_ticked_and_cannot_be_ticked_again(visit, tests, amina, client):
    client.force_login(amina)

    shown = order(client, visit, tests["CBC"], priority="urgent").content.decode()

    assert f'value="{tests["CBC"].pk}" data-specimen="EDTA" data-price="" checked disabled' in shown
    assert LabRequest.objects.get().priority == "urgent"


def test_the_same_form_sent_twice_orders_once(visit, tests, amina, client, heard):
    client.force_login(amina)
    key = str(uuid4())

    answers = [order(client, visit, tests["CBC"], key=key).status_code for _ in range(2)]

    assert (answers, len(heard)) == ([200, 200], 1)


def test_undo_takes_all_back_that_was_ordered_together(visit, tests, amina, client):
    client.force_login(amina)
    answer = order(client, visit, tests["CBC"], tests["CRP"])
    said = answer["HX-Trigger"]
    undo = said[said.index("/visits/") :].partition('"')[0]

    client.post(undo, **HTMX)

    assert set(states(visit).values()) == {State.CANCELLED}


def test_an_undo_that_was_made_up_takes_nothing_back(visit, tests, amina, client):
    client.force_login(amina)
    order(client, visit, tests["CBC"])

    client.post(reverse("patients:undo_orders", args=[visit.pk]) + "?of=forged", **HTMX)

    assert set(states(visit).values()) == {State.REQUESTED}


def test_what_is_ticked_stays_in_sight_while_looking_for_more(visit, tests, amina, client):
    client.force_login(amina)

    shown = page(client, visit, f"?q=urine&test={tests['CRP'].pk}").content.decode()

    assert "Urine albumin" in shown
    assert f'value="{tests["CRP"].pk}" data-specimen="serum" data-price="" checked' in shown
    assert "Haemoglobin" not in shown


def test_prices_come_from_whoever_knows_them(visit, tests, amina, client, monkeypatch):
    client.force_login(amina)
    monkeypatch.setattr(facts, "_prices", lambda tests: {"CRP": Decimal("12.00")})

    shown = page(client, visit).content.decode()

    assert 'data-specimen="serum" data-price="12.00"' in shown


def test_the_form_asks_the_same_for_four_tests_and_for_forty(visit, tests, amina, client):
    client.force_login(amina)

    def asked():
        looks.forget()
        with CaptureQueriesContext(connection) as seen:
            page(client, visit, "?all=1")
        return len(seen)

    few = asked()
    for n in range(36):
        test = LabTest.objects.create(code=f"T{n}", name=f"Test {n}", specimen="Serum")
        LabRequest.objects.create(
            patient=visit.patient, visit=visit, test=test, name=test.name,
            requested_at=timezone.now(), requester=amina,
        )  # fmt: skip

    assert asked() == few
