"""Laboratory results: entered, told, verified, amended; every step a document, none changed."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clinical_docs.domain import amending, calls, results
from clinical_docs.domain.amending import NotAmended
from clinical_docs.domain.filing import NotInTheLab
from clinical_docs.domain.results import ChangedMeanwhile, NotVerifiable
from clinical_docs.domain.sheets import NotSaved
from clinical_docs.tests.lab import BLOOD, catalogue, collected, order, typed
from core.accounts.roles import Role
from core.errors import NotAllowed
from core.outbox.models import OutboxRow
from core.testing.documents import document_in
from core.testing.documents import stored as stored_documents
from patients.models import CriticalCall, LabRequest, Specimen
from patients.tests.people import patient


@pytest.fixture
def tom(person):
    return person(Role.LAB, given_name="Tom", family_name="Novák")


@pytest.fixture
def eva(person):
    return person(Role.LAB, given_name="Eva", family_name="Brandt")


@pytest.fixture
def grace(db):
    catalogue()
    return patient("Okoro, Grace", born="1988-03-02")


def fresh(request):
    return LabRequest.objects.select_related("test", "patient", "specimen").get(pk=request.pk)


def documents():
    rows = OutboxRow.objects.filter(kind="document").order_by("id")
    return [document_in(row) for row in rows]


def entered(request, *, by, sure=(), **values):
    results.enter([typed(fresh(request), sure=sure, **values)], by=by)
    return fresh(request)


def verified(request, *, by):
    results.verify({request.pk: fresh(request).result_document}, by=by)
    return fresh(request)


def told(request, *, by, **facts):
    known = {"told_to": "Dr Amina", "how": "phone", "told_at": timezone.now(), "read_back": True}
    return calls.record([request.pk], **{**known, **facts}, by=by)


@pytest.mark.django_db(transaction=True)
def test_a_verified_result_arrives_in_mongodb_in_the_specified_shape(grace, tom, relay, settings):
    request = collected(grace, "CBC", by=tom)
    entered(request, **{**BLOOD, "haemoglobin": "11.1", "platelets": ">1000"}, by=tom)
    told(request, by=tom)
    final = verified(request, by=tom)
    relay()

    stored = stored_documents("clinical_data", _id=final.result_document)[0]

    shape = {name: stored[name] for name in ("patient_id", "data_type", "metadata", "status")}
    assert shape == {
        "patient_id": str(grace.pk),
        "data_type": "lab_result",
        "metadata": {"lab_name": settings.CLINIC_NAME, "technician": "Tom Novák"},
        "status": "final",
    }
    data = stored["data"]
    assert (data["test_name"], set(data)) == (
        "Complete blood count",
        {
            "test_name",
            "results",
            "reference_ranges",
            "flags",
            "units",
            "critical",
            "names",
            "codes",
        },
    )
    assert data["results"] == {
        "white_blood_cells": 6.1,
        "red_blood_cells": 4.6,
        "haemoglobin": 11.1,
        "haematocrit": 40,
        "mean_corpuscular_volume": 88,
        "mean_corpuscular_haemoglobin": 29,
        "mean_corpuscular_haemoglobin_concentration": 34,
        "red_cell_distribution_width": 12.8,
        "platelets": ">1000",
    }
    assert data["reference_ranges"]["haemoglobin"] == {"min": 12, "max": 16}
    assert set(data["reference_ranges"]) == set(data["results"])
    assert data["flags"] == {"haemoglobin": "L", "platelets": "HH"}
    assert (data["critical"], data["units"]["platelets"]) == (["platelets"], "10*3/uL")
    before = stored_documents("clinical_data", _id=stored["supersedes"])[0]
    assert (before["status"], before["data"]) == ("preliminary", data)


def test_the_order_says_in_the_same_transaction_what_the_document_says(grace, tom):
    request = collected(grace, "BMP", by=tom)

    one = entered(request, potassium="5.6", sodium="131", by=tom)

    [document] = documents()
    assert (one.result_document, one.entered) == (document["_id"], document["data"])
    assert (one.flag_summary, one.untold, one.resulted_by) == ("H L", [], tom)
    assert document["lab_request_id"] == str(request.pk)


def test_half_a_panel_is_kept_and_finished_later(grace, tom):
    request = collected(grace, "CBC", by=tom)
    first, rest = {"haemoglobin": "13.2"}, {k: v for k, v in BLOOD.items() if k != "haemoglobin"}

    half = entered(request, **first, by=tom)
    whole = entered(request, **rest, by=tom)

    assert (half.state, whole.state) == ("in_progress", "resulted")
    assert [one["status"] for one in documents()] == ["preliminary"] * 2
    assert documents()[1]["supersedes"] == half.result_document
    assert len(whole.entered["results"]) == len(BLOOD)


def test_nothing_typed_is_nothing_and_nought_is_a_value(grace, tom):
    request = collected(grace, "CRP", by=tom)

    assert entered(request, c_reactive_protein="  ", by=tom).result_document == ""
    assert entered(request, c_reactive_protein="0", by=tom).entered["results"] == {
        "c_reactive_protein": 0
    }


def test_words_and_signs_are_stored_plainly(grace, tom):
    urine, film = collected(grace, "UA", by=tom), collected(grace, "MALAR", by=tom)

    results.enter(
        [
            typed(urine, urine_nitrite="positive", urine_ph="6,5", urine_protein="trace"),
            typed(film, malaria_blood_film="P. vivax seen"),
        ],
        by=tom,
    )

    assert fresh(urine).entered["results"] == {
        "urine_nitrite": "positive",
        "urine_ph": 6.5,
        "urine_protein": "trace",
    }
    assert (fresh(urine).flag_summary, fresh(film).flag_summary) == ("A", "A")
    assert "urine_nitrite" not in fresh(urine).entered["reference_ranges"]


def test_a_value_that_can_hardly_be_asks_before_anything_is_saved(grace, tom):
    request = collected(grace, "BMP", by=tom)

    with pytest.raises(NotSaved) as refused:
        entered(request, potassium="42", sodium="140", by=tom)

    assert refused.value.odd == {(request.pk, "potassium")}
    assert (documents(), fresh(request).state) == ([], "received")
    kept = entered(request, potassium="42", sodium="140", sure=("potassium",), by=tom)
    assert kept.entered["results"] == {"potassium": 42, "sodium": 140}
    # Confirmed once, it is not asked about each time.
    assert entered(request, chloride="101", potassium="42", by=tom).entered["results"]["chloride"]


def test_two_technicians_at_one_sample_keep_each_others_values(grace, tom, eva):
    request = collected(grace, "BMP", by=tom)
    mine = typed(request, sodium="140", potassium="", chloride="101")
    theirs = typed(request, potassium="4.4", sodium="", chloride="101")

    results.enter([theirs], by=eva)
    results.enter([mine], by=tom)

    assert fresh(request).entered["results"] == {"sodium": 140, "potassium": 4.4, "chloride": 101}


def test_who_differs_from_a_colleague_sees_both_and_chooses(grace, tom, eva):
    request = collected(grace, "BMP", by=tom)
    mine = typed(request, sodium="140", potassium="4.1")
    results.enter([typed(request, sodium="134")], by=eva)

    with pytest.raises(NotSaved) as refused:
        results.enter([mine], by=tom)

    assert refused.value.theirs == {(request.pk, "sodium"): "134"}
    assert fresh(request).entered["results"] == {"sodium": 134}
    again = typed(fresh(request), sodium="140", potassium="4.1")
    results.enter([again], by=tom)
    assert fresh(request).entered["results"] == {"sodium": 140, "potassium": 4.1}


def test_a_value_taken_out_again_is_gone(grace, tom):
    request = collected(grace, "BMP", by=tom)
    entered(request, sodium="140", potassium="4.1", by=tom)

    assert entered(request, sodium="", by=tom).entered["results"] == {"potassium": 4.1}
    assert documents()[0]["data"]["results"]["sodium"] == 140


def test_saving_what_is_there_writes_nothing(grace, tom):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)

    assert results.enter([typed(fresh(request), c_reactive_protein="4")], by=tom) == []
    assert len(documents()) == 1


def test_a_nurses_sample_is_received_by_who_measures_it(grace, tom, person):
    request = collected(grace, "CRP", by=person(Role.NURSE))
    assert request.state == "collected"

    entered(request, c_reactive_protein="4", by=tom)

    sample = Specimen.objects.get()
    assert (sample.state, sample.received_by) == ("received", tom)


def test_a_critical_value_is_told_before_it_is_verified(grace, tom):
    request = collected(grace, "LACT", by=tom)
    one = entered(request, lactate="4.1", by=tom)
    assert (one.flag_summary, one.untold) == ("HH", ["lactate"])

    with pytest.raises(NotVerifiable, match="Lactate is critical"):
        verified(request, by=tom)
    told(request, by=tom)

    call = CriticalCall.objects.get()
    assert (call.told_to, call.values, call.read_back) == ("Dr Amina", {"lactate": 4.1}, True)
    assert verified(request, by=tom).state == "verified"


def test_the_database_refuses_what_nobody_was_told_of(grace, tom):
    request = collected(grace, "LACT", by=tom)
    entered(request, lactate="4.1", by=tom)

    with pytest.raises(DatabaseError, match="told_before_verified"), transaction.atomic():
        LabRequest.objects.filter(pk=request.pk).update(state="verified")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"told_to": " "}, "who was told"),
        ({"read_back": False}, "read back"),
        ({"told_at": timezone.now() + timedelta(hours=2)}, "later than now"),
    ],
)
def test_half_a_call_is_none(grace, tom, missing, sentence):
    request = collected(grace, "LACT", by=tom)
    entered(request, lactate="4.1", by=tom)

    with pytest.raises(calls.NotTold, match=sentence):
        told(request, by=tom, **missing)

    assert fresh(request).untold == ["lactate"]


def test_a_call_covers_the_value_that_was_told_and_no_other(grace, tom):
    request = collected(grace, "BMP", by=tom)
    entered(request, potassium="6.8", by=tom)
    told(request, by=tom)

    same = entered(request, sodium="138", by=tom)
    other = entered(request, potassium="7.1", by=tom)

    assert (same.untold, other.untold) == ([], ["potassium"])
    assert told(request, by=tom) != [] == told(request, by=tom)


def test_a_call_is_not_rewritten(grace, tom):
    request = collected(grace, "LACT", by=tom)
    entered(request, lactate="4.1", by=tom)
    told(request, by=tom)

    for change in (
        lambda: CriticalCall.objects.update(told_to="x"),
        CriticalCall.objects.all().delete,
    ):
        with pytest.raises(DatabaseError, match="A call that was made"), transaction.atomic():
            change()


def test_only_what_was_looked_at_is_verified(grace, tom, eva):
    request = collected(grace, "CRP", by=tom)
    seen = entered(request, c_reactive_protein="4", by=tom).result_document
    entered(request, c_reactive_protein="40", by=eva)

    with pytest.raises(ChangedMeanwhile, match="Eva Brandt has changed"):
        results.verify({request.pk: seen}, by=tom)

    assert fresh(request).state == "resulted"


def test_half_a_panel_is_not_verified(grace, tom):
    request = collected(grace, "CBC", by=tom)
    entered(request, haemoglobin="13.2", by=tom)

    with pytest.raises(NotInTheLab, match="in progress"):
        verified(request, by=tom)


def test_all_are_verified_or_none(grace, tom):
    good, critical = collected(grace, "CRP", by=tom), collected(grace, "LACT", by=tom)
    entered(good, c_reactive_protein="4", by=tom)
    entered(critical, lactate="4.1", by=tom)

    with pytest.raises(NotVerifiable):
        results.verify({r.pk: fresh(r).result_document for r in (good, critical)}, by=tom)

    assert [fresh(r).state for r in (good, critical)] == ["resulted", "resulted"]


def test_where_a_second_person_is_asked_for_nobody_verifies_their_own(grace, tom, eva, settings):
    settings.LAB_SECOND_PERSON = True
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)

    with pytest.raises(NotVerifiable, match="somebody else must verify"):
        verified(request, by=tom)
    with pytest.raises(DatabaseError, match="verified_by_another"), transaction.atomic():
        LabRequest.objects.filter(pk=request.pk).update(state="verified", verified_by=tom)

    assert verified(request, by=eva).verified_by == eva


def test_a_nurse_enters_nothing_and_a_clinician_verifies_nothing(grace, tom, person):
    request = collected(grace, "CRP", by=tom)
    with pytest.raises(NotAllowed):
        entered(request, c_reactive_protein="4", by=person(Role.NURSE))
    entered(request, c_reactive_protein="4", by=tom)

    with pytest.raises(NotAllowed):
        verified(request, by=person(Role.CLINICIAN))


def test_a_result_sent_back_is_worked_on_again(grace, tom):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)

    results.send_back(request.pk, by=tom)
    assert fresh(request).state == "in_progress"
    again = entered(request, c_reactive_protein="4", by=tom)

    assert again.state == "resulted"


def test_a_test_that_waits_for_its_sample_takes_no_values(grace, tom):
    request = order(grace, "CRP")

    with pytest.raises(NotInTheLab, match="requested"):
        entered(request, c_reactive_protein="4", by=tom)


def test_an_amended_result_keeps_what_it_said_and_why(grace, tom):
    request = collected(grace, "CBC", by=tom)
    entered(request, **BLOOD, by=tom)
    final = verified(request, by=tom)

    amending.amend(typed(final, haemoglobin="11.1"), reason="Wrong tube read", by=tom)

    one, last = fresh(request), documents()[-1]
    assert (last["status"], last["supersedes"]) == ("amended", final.result_document)
    assert (one.result_document, one.state, one.verified_by) == (last["_id"], "verified", tom)
    [amendment] = last["data"]["amendments"]
    assert (amendment["before"], amendment["reason"]) == ({"haemoglobin": 13.2}, "Wrong tube read")
    assert last["data"]["results"] == {**documents()[1]["data"]["results"], "haemoglobin": 11.1}
    assert documents()[1]["data"]["results"]["haemoglobin"] == 13.2


def test_an_amended_result_is_to_be_looked_at_again(grace, tom, person):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)
    final = verified(request, by=tom)
    LabRequest.objects.filter(pk=request.pk).update(
        acknowledged_by=person(Role.CLINICIAN), acknowledged_at=timezone.now()
    )

    amending.amend(typed(final, c_reactive_protein="40"), reason="Diluted", by=tom)

    assert fresh(request).acknowledged_at is None


def test_an_amendment_with_a_critical_value_waits_for_the_call(grace, tom):
    request = collected(grace, "LACT", by=tom)
    entered(request, lactate="1.1", by=tom)
    final = verified(request, by=tom)

    amending.amend(typed(final, lactate="4.1"), reason="Diluted", by=tom)

    assert (fresh(request).state, fresh(request).untold) == ("resulted", ["lactate"])
    told(request, by=tom)
    assert verified(request, by=tom).state == "verified"
    assert [one["status"] for one in documents()] == ["preliminary", "final", "amended"]


def test_a_second_amendment_keeps_the_first(grace, tom):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)
    verified(request, by=tom)
    for value in ("5", "6"):
        amending.amend(typed(fresh(request), c_reactive_protein=value), reason="Again", by=tom)

    befores = [one["before"] for one in fresh(request).entered["amendments"]]

    assert befores == [{"c_reactive_protein": 4}, {"c_reactive_protein": 5}]


@pytest.mark.parametrize(("value", "reason"), [("40", " "), ("4", "No reason at all")])
def test_nothing_is_amended_without_a_reason_and_a_change(grace, tom, value, reason):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)
    final = verified(request, by=tom)

    with pytest.raises(NotAmended):
        amending.amend(typed(final, c_reactive_protein=value), reason=reason, by=tom)

    assert fresh(request).result_document == final.result_document


def test_what_a_rejected_sample_gave_is_marked_as_an_error(grace, tom):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)

    results.reject_specimen(Specimen.objects.get().pk, reason="Haemolysed", by=tom)

    first, last = documents()
    assert (last["status"], last["supersedes"]) == ("entered_in_error", first["_id"])
    assert (fresh(request).state, fresh(request).entered) == ("requested", {})


def test_a_verified_result_keeps_its_sample(grace, tom):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)
    verified(request, by=tom)

    with pytest.raises(Exception, match="Amend them instead"):
        results.reject_specimen(Specimen.objects.get().pk, reason="Haemolysed", by=tom)


def test_values_are_encrypted_in_the_audit(grace, tom):
    request = collected(grace, "CRP", by=tom)
    entered(request, c_reactive_protein="4", by=tom)

    rows = OutboxRow.objects.filter(entity_type="lab_request", entity_id=str(request.pk))
    [change] = [row for row in rows if row.action == "result"]
    before, after = change.changes["entered"]
    assert (before, after.startswith("sealed:")) == ("", True)
    kept = base64.b64decode(after.removeprefix("sealed:"))
    assert LabRequest._meta.get_field("entered").opened_alone(kept, request.pk)
    assert change.changes["state"] == ["received", "resulted"]


@pytest.mark.django_db(transaction=True)
def test_fifty_verify_one_result_and_one_does(grace, tom):
    request = collected(grace, "CRP", by=tom)
    seen = entered(request, c_reactive_protein="4", by=tom).result_document

    def press(_):
        try:
            results.verify({request.pk: seen}, by=tom)
        except (NotInTheLab, ChangedMeanwhile):
            return 0
        else:
            return 1
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as benches:
        done = sum(benches.map(press, range(50)))

    assert done == 1
    assert [one["status"] for one in documents()] == ["preliminary", "final"]


@pytest.mark.django_db(transaction=True)
def test_ten_technicians_type_ten_values_and_none_is_lost(grace, tom):
    request = collected(grace, "CBC", by=tom)
    sheets = [typed(request, **{key: value}) for key, value in BLOOD.items()]

    def save(sheet):
        try:
            results.enter([sheet], by=tom)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sheets)) as benches:
        list(benches.map(save, sheets))

    assert len(fresh(request).entered["results"]) == len(BLOOD)
    assert fresh(request).state == "resulted"
