"""Samples: one a kind, numbered, received, rejected."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.accounts.roles import Role
from core.errors import NotAllowed
from patients.domain import queue, specimens, visits
from patients.models import LabRequest, LabTest, Room, Specimen, Ticket
from patients.tests.people import patient

EDTA, SERUM, URINE = "Venous blood, EDTA", "Serum", "Urine, midstream"


@pytest.fixture
def tom(person):
    return person(Role.LAB, given_name="Tom")


@pytest.fixture
def ben(person):
    return person(Role.NURSE, given_name="Ben")


@pytest.fixture
def visit(ben):
    return visits.start(patient().pk, service=Room.Kind.LABORATORY, by=ben).visit


def order(visit, name, kind):
    test = LabTest.objects.create(code=name, name=name, unit="g/L", specimen=kind)
    return LabRequest.objects.create(
        patient_id=visit.patient_id, visit=visit, test=test, name=name, requested_at=timezone.now()
    )


def states(*requests):
    fresh = LabRequest.objects.in_bulk([one.pk for one in requests])
    return [fresh[one.pk].state for one in requests]


def test_one_press_takes_one_sample_a_kind_and_sends_the_patient_on(visit, tom):
    requests = [order(visit, "Hb", EDTA), order(visit, "Film", EDTA), order(visit, "Na", SERUM)]

    taken = specimens.collect(visit.patient_id, by=tom)

    tests = {one.kind: sorted(r.name for r in one.requests.all()) for one in taken}
    assert tests == {EDTA: ["Film", "Hb"], SERUM: ["Na"]}
    assert states(*requests) == ["received"] * 3
    assert Ticket.objects.get(visit=visit).service == Room.Kind.CASH_DESK


def test_a_nurses_sample_is_on_its_way_until_the_laboratory_has_it(visit, ben, tom):
    request = order(visit, "Hb", EDTA)
    [sample] = specimens.collect(visit.patient_id, by=ben)
    assert (states(request), sample.received_at) == (["collected"], None)

    specimens.receive(sample.pk, by=tom)
    first = Specimen.objects.get(pk=sample.pk)
    specimens.receive(sample.pk, by=tom)

    assert states(request) == ["received"]
    assert Specimen.objects.get(pk=sample.pk).received_at == first.received_at
    assert first.received_by == tom


def test_numbers_follow_one_another_and_carry_a_check_digit(visit, tom):
    order(visit, "Hb", EDTA), order(visit, "Na", SERUM)

    taken = specimens.collect(visit.patient_id, by=tom)

    day = f"{timezone.localdate():%y%m%d}"
    assert [one.accession[:11] for one in taken] == [f"{day}-0001", f"{day}-0002"]
    assert [specimens.accession_in(one.accession) for one in taken] == [
        one.accession for one in taken
    ]


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        ("261124-0007-7", "261124-0007-7"),
        ("26112400077", "261124-0007-7"),
        (" 261124-0007-7 ", "261124-0007-7"),
        ("261124-0007-8", ""),
        ("261124-0070-7", ""),
        ("216124-0007-7", ""),
        ("Okoro", ""),
        ("0712345678", ""),
        ("", ""),
    ],
)
def test_a_number_is_known_by_its_check_digit(scanned, number):
    assert specimens.accession_in(scanned) == number


def test_what_a_colleague_has_collected_is_not_collected_again(visit, tom, ben):
    order(visit, "Hb", EDTA)
    specimens.collect(visit.patient_id, by=ben)

    with pytest.raises(specimens.NothingToCollect):
        specimens.collect(visit.patient_id, by=tom)

    assert Specimen.objects.count() == 1


def test_a_rejected_sample_brings_its_tests_and_the_patient_back(visit, tom):
    requests = [order(visit, "Hb", EDTA), order(visit, "Na", SERUM)]
    taken = {one.kind: one for one in specimens.collect(visit.patient_id, by=tom)}

    specimens.reject(taken[EDTA].pk, reason=" Clotted ", by=tom)

    assert states(*requests) == ["requested", "received"]
    assert Specimen.objects.get(pk=taken[EDTA].pk).reject_reason == "Clotted"
    assert Ticket.objects.get(visit=visit).service == Room.Kind.LABORATORY
    [again] = specimens.collect(visit.patient_id, by=tom)
    assert again.accession != taken[EDTA].accession


def test_a_patient_who_is_with_staff_is_left_in_peace(visit, tom, ben):
    order(visit, "Hb", EDTA)
    [sample] = specimens.collect(visit.patient_id, by=tom)
    ticket = Ticket.objects.get(visit=visit)
    queue.begin(ticket.pk, by=ben)

    specimens.reject(sample.pk, reason="Clotted", by=tom)

    assert Ticket.objects.get(visit=visit).service == Room.Kind.CASH_DESK


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_sample_is_not_rejected_without_a_reason(visit, tom, reason):
    order(visit, "Hb", EDTA)
    [sample] = specimens.collect(visit.patient_id, by=tom)

    with pytest.raises(specimens.NotRejectable):
        specimens.reject(sample.pk, reason=reason, by=tom)
    with pytest.raises(DatabaseError), transaction.atomic():
        Specimen.objects.filter(pk=sample.pk).update(state="rejected")


def test_a_sample_is_rejected_once(visit, tom):
    order(visit, "Hb", EDTA)
    [sample] = specimens.collect(visit.patient_id, by=tom)
    specimens.reject(sample.pk, reason="Clotted", by=tom)

    with pytest.raises(specimens.NotRejectable, match="rejected already"):
        specimens.reject(sample.pk, reason="Leaked", by=tom)


def test_a_receptionist_takes_no_blood(visit, person):
    order(visit, "Hb", EDTA)

    with pytest.raises(NotAllowed):
        specimens.collect(visit.patient_id, by=person(Role.RECEPTIONIST))


@pytest.mark.django_db(transaction=True)
def test_fifty_presses_take_one_set_of_samples(person):
    ben = person(Role.NURSE)
    visit = visits.start(patient().pk, service=Room.Kind.LABORATORY, by=ben).visit
    for name, kind in (("Hb", EDTA), ("Na", SERUM), ("Dip", URINE)):
        order(visit, name, kind)

    def press(_):
        try:
            return len(specimens.collect(visit.patient_id, by=ben))
        except specimens.NothingToCollect:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as nurses:
        taken = list(nurses.map(press, range(50)))

    assert sorted(taken)[-2:] == [0, 3]
    assert Specimen.objects.count() == 3
