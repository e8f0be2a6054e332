"""The laboratory's pages and the clinician's inbox, as a browser uses them."""

import subprocess

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinical_docs.domain import amending, results
from clinical_docs.tests.lab import catalogue, collected, order, typed
from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.testing.pages import form_on
from patients.domain import visits
from patients.models import CriticalCall, LabRequest, Room, Specimen, Ticket
from patients.queries.plain import plain_words
from patients.tests.people import patient


@pytest.fixture
def tom(person):
    return person(Role.LAB, given_name="Tom", family_name="Novák")


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina")


@pytest.fixture
def grace(db):
    catalogue()
    return patient("Okoro, Grace", born="1988-03-02")


@pytest.fixture
def bench(tom):
    return window(tom)


def window(user):
    client = Client()
    client.force_login(user)
    return client


def lab(client, one, **asked):
    return client.get(reverse("clinical_docs:lab"), {"of": one.pk, **asked})


def place(request, key):
    return f"v-{request.pk}-{key}"


def post(client, act, key, form):
    return client.post(reverse(f"clinical_docs:{act}", args=[key]), form)


def saved(client, request, **values):
    """The form as the page offers it, with these values typed."""
    form = form_on(lab(client, request.patient), "lab-form")
    form |= {place(request, key): [value] for key, value in values.items()}
    return post(client, "lab_results", request.patient_id, form)


def ready(request, *, by, **values):
    results.enter([typed(LabRequest.objects.get(pk=request.pk), **values)], by=by)
    return LabRequest.objects.get(pk=request.pk)


def released(request, *, by, **values):
    one = ready(request, by=by, **values)
    results.verify({one.pk: one.result_document}, by=by)
    return LabRequest.objects.get(pk=request.pk)


def documents():
    return OutboxRow.objects.filter(kind="document").count()


def said(answer):
    return answer.headers.get("HX-Trigger", "")


def test_the_most_urgent_stands_first_and_tabs_count_what_waits(bench, grace):
    order(grace, "CRP")
    other = patient("Hassan, Leila")
    order(other, "CBC", priority="stat")

    page = bench.get(reverse("clinical_docs:lab"), {"tab": "collect"})

    listed = page.context["listed"]
    assert [pile.patient for pile in listed.piles] == [other, grace]
    assert listed.counts == {"verify": 0, "enter": 0, "collect": 2, "done": 0, "all": 2}
    assert page.context["work"].patient == other


def test_orders_of_a_visit_that_has_ended_wait_for_nobody(bench, grace):
    order(grace, "CRP")
    grace.visits.update(state="cancelled", closed_at=timezone.now())

    assert bench.get(reverse("clinical_docs:lab")).context["listed"].piles == []


def test_one_press_collects_everything_and_offers_the_labels(bench, grace):
    order(grace, "CBC"), order(grace, "CRP"), order(grace, "UA")

    answer = post(bench, "lab_collect", grace.pk, {})

    assert Specimen.objects.count() == 3
    assert "3 samples collected" in said(answer)
    assert reverse("clinical_docs:lab_labels", args=[grace.pk]) in said(answer)


def test_a_scanned_label_opens_its_patient(bench, grace, tom):
    collected(grace, "CRP", by=tom)
    number = Specimen.objects.get().accession

    for scanned in (number, number.replace("-", "")):
        answer = bench.get(reverse("clinical_docs:lab"), {"q": scanned})
        assert answer["Location"].endswith(f"?of={grace.pk}&sample={number}")


def test_what_is_typed_in_the_page_is_saved_and_shown_judged(bench, grace, tom):
    request = collected(grace, "BMP", by=tom)

    answer = saved(bench, request, potassium="6,8", sodium="131")

    [sheet] = answer.context["work"].sheets
    shown = {row.key: (row.text, row.flag) for row in sheet.rows if row.text}
    assert shown == {"potassium": ("6.8", "HH"), "sodium": ("131", "L")}
    assert "saved as far as entered" in said(answer)


def test_a_form_sent_twice_is_saved_once(bench, grace, tom):
    request = collected(grace, "CRP", by=tom)
    form = form_on(lab(bench, grace), "lab-form") | {place(request, "c_reactive_protein"): ["4"]}

    answers = [post(bench, "lab_results", grace.pk, form) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert documents() == 1


def test_an_odd_value_is_asked_about_and_kept_when_confirmed(bench, grace, tom):
    request = collected(grace, "BMP", by=tom)
    answer = saved(bench, request, potassium="42", sodium="140")
    assert (answer.status_code, documents()) == (422, 0)

    form = form_on(answer, "lab-form")
    assert form[place(request, "sodium")] == ["140"]
    answer = post(bench, "lab_results", grace.pk, {**form, "sure": place(request, "potassium")})

    assert answer.status_code == 200
    assert LabRequest.objects.get().entered["results"] == {"sodium": 140, "potassium": 42}


def test_two_windows_at_one_sample_lose_nothing_and_show_what_differs(bench, grace, tom, person):
    request = collected(grace, "BMP", by=tom)
    theirs = window(person(Role.LAB))
    mine = form_on(lab(bench, grace), "lab-form")
    saved(theirs, request, sodium="134", chloride="101")

    form = mine | {place(request, "sodium"): ["140"], place(request, "potassium"): ["4.1"]}
    answer = post(bench, "lab_results", grace.pk, form)

    assert answer.status_code == 422
    assert answer.context["theirs"] == {place(request, "sodium"): "134"}
    again = form_on(answer, "lab-form")
    assert again[place(request, "sodium")] == ["140"]
    assert again[place(request, "chloride")] == ["101"]
    post(bench, "lab_results", grace.pk, again)
    assert LabRequest.objects.get().entered["results"] == {
        "sodium": 140,
        "potassium": 4.1,
        "chloride": 101,
    }


def test_a_draft_comes_back_and_yields_to_what_came_meanwhile(bench, grace, tom, person):
    request = collected(grace, "BMP", by=tom)
    form = form_on(lab(bench, grace), "lab-form") | {place(request, "potassium"): ["4.1"]}
    bench.post(reverse("editing:draft_of", args=["lab-results", grace.pk]), form)
    saved(window(person(Role.LAB)), request, sodium="134")

    back = form_on(lab(bench, grace), "lab-form")

    assert (back[place(request, "potassium")], back[place(request, "sodium")]) == (["4.1"], ["134"])
    post(bench, "lab_results", grace.pk, back)
    assert LabRequest.objects.get().entered["results"] == {"sodium": 134, "potassium": 4.1}
    assert lab(bench, grace).context["kept"] is None


def test_a_critical_value_is_told_then_verified(bench, grace, tom, amina):
    request = collected(grace, "LACT", by=tom, requester=amina)
    page = saved(bench, request, lactate="4.1")
    assert "not yet told" in page.context["unfit"]
    form = form_on(page, "lab-told")
    assert form["told_to"] == ["Dr Amina"]
    assert "read back" in post(bench, "lab_told", grace.pk, form).context["said"]

    page = post(bench, "lab_told", grace.pk, {**form, "read_back": "yes"})
    answer = post(bench, "lab_verify", grace.pk, form_on(page, "lab-form"))

    assert CriticalCall.objects.get().told_to == "Dr Amina"
    assert "Lactate verified." in said(answer)


def test_what_was_typed_after_saving_is_not_verified_unseen(bench, grace, tom):
    request = collected(grace, "CRP", by=tom)
    page = saved(bench, request, c_reactive_protein="4")
    form = form_on(page, "lab-form") | {place(request, "c_reactive_protein"): ["40"]}

    answer = post(bench, "lab_verify", grace.pk, form)

    assert (answer.status_code, LabRequest.objects.get().state) == (422, "resulted")
    assert form_on(answer, "lab-form")[place(request, "c_reactive_protein")] == ["40"]


def test_what_is_not_right_yet_is_sent_back_to_be_entered_again(bench, grace, tom):
    request = ready(collected(grace, "CRP", by=tom), by=tom, c_reactive_protein="4")
    address = reverse("clinical_docs:lab_send_back", args=[request.pk])
    page = lab(bench, grace)
    assert address in page.content.decode()

    answer = bench.post(address, form_on(page, "lab-form"))

    assert "sent back to be entered" in said(answer)
    assert (LabRequest.objects.get().state, address in answer.content.decode()) == (
        "in_progress",
        False,
    )


def test_amending_in_the_page_shows_the_old_value_struck_through(bench, grace, tom):
    request = released(collected(grace, "CRP", by=tom), by=tom, c_reactive_protein="4")
    form = form_on(lab(bench, grace, amend=request.pk), "lab-form")
    form |= {place(request, "c_reactive_protein"): ["40"], "reason": ["Diluted"]}

    answer = post(bench, "lab_amend", request.pk, form)

    assert "C-reactive protein amended." in said(answer)
    assert '<s class="g-old">4</s>' in answer.content.decode()


def test_nonsense_is_answered_in_words(bench, grace, tom):
    collected(grace, "CRP", by=tom)
    for form in ({}, {"key": "x", "v-nothing-at-all": "4"}, {"key": ["x"], "base": "forged"}):
        answer = post(bench, "lab_results", grace.pk, form)
        assert (answer.status_code, "was not whole" in answer.content.decode()) == (422, True)
    assert lab(bench, grace, of="x", amend="y", tab="z").status_code == 200


def test_a_clinician_looks_but_types_nothing(grace, tom, amina):
    request = ready(collected(grace, "CRP", by=tom), by=tom, c_reactive_protein="4")
    page = lab(window(amina), grace)

    assert (page.status_code, page.context["acts_here"]) == (200, [])
    assert place(request, "c_reactive_protein") not in form_on(page, "lab-form")
    assert post(window(amina), "lab_results", grace.pk, {}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_worklist_asks_as_much_for_one_order_as_for_fifty(grace, tom):
    bench, asked = window(tom), []
    plain_words("asked once a process")
    for count in (1, 49):
        for n in range(count):
            collected(patient(f"Person{n}, A"), "CRP", by=tom)
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert bench.get(reverse("clinical_docs:lab")).status_code == 200
        asked.append(len(seen))

    assert asked[0] == asked[1]


def test_the_gravest_result_stands_first_in_ones_own_inbox(grace, tom, amina, person):
    leila = patient("Hassan, Leila", born="1990-01-01")
    released(collected(grace, "CRP", by=tom, requester=amina), by=tom, c_reactive_protein="4")
    released(
        collected(grace, "TSH", by=tom, requester=amina),
        by=tom,
        thyroid_stimulating_hormone_tsh="7",
    )
    ready(collected(leila, "LACT", by=tom, requester=amina), by=tom, lactate="4.1")
    released(
        collected(leila, "CRP", by=tom, requester=person(Role.CLINICIAN)),
        by=tom,
        c_reactive_protein="9",
    )

    box = window(amina).get(reverse("clinical_docs:results")).context["box"]

    assert [item.request.name for item in box.items] == [
        "Lactate",
        "Thyroid-stimulating hormone (TSH)",
        "C-reactive protein",
    ]
    assert (box.mine, box.everybody) == (3, 4)


def test_seen_is_audited_and_can_be_taken_back(grace, tom, amina):
    request = released(
        collected(grace, "CRP", by=tom, requester=amina), by=tom, c_reactive_protein="4"
    )
    inbox = window(amina)

    answer = post(inbox, "acknowledge", request.pk, {"note": "Repeat in a week", "act": "seen"})
    one = LabRequest.objects.get()
    assert (one.acknowledged_by, one.acknowledgement) == (amina, "Repeat in a week")
    assert answer.context["box"].items == []
    assert OutboxRow.objects.filter(action="acknowledge", entity_id=str(request.pk)).count() == 1
    undo = reverse("clinical_docs:unacknowledge", args=[request.pk])
    assert undo in said(answer)

    inbox.post(undo)
    assert LabRequest.objects.get().acknowledged_at is None


def test_a_colleagues_word_is_not_taken_back(grace, tom, amina, person):
    request = released(
        collected(grace, "CRP", by=tom, requester=amina), by=tom, c_reactive_protein="4"
    )
    post(window(person(Role.CLINICIAN)), "acknowledge", request.pk, {})

    post(window(amina), "unacknowledge", request.pk, {})

    assert LabRequest.objects.get().acknowledged_at is not None


def test_calling_back_asks_in_who_waits_in_the_house(grace, tom, amina, person):
    visit = visits.start(grace.pk, service=Room.Kind.CONSULTATION, by=person(Role.NURSE)).visit
    request = collected(grace, "CRP", by=tom, visit=visit, requester=amina)
    released(request, by=tom, c_reactive_protein="4")

    answer = post(window(amina), "acknowledge", request.pk, {"act": "call_back"})

    assert Ticket.objects.get().state == "called"
    assert "A001 is called." in said(answer)


def test_an_amended_result_is_not_acknowledged_by_who_saw_the_first(grace, tom, amina):
    request = released(
        collected(grace, "CRP", by=tom, requester=amina), by=tom, c_reactive_protein="4"
    )
    amending.amend(typed(request, c_reactive_protein="40"), reason="Diluted", by=tom)

    answer = post(window(amina), "acknowledge", request.pk, {"document": request.result_document})

    assert "amended meanwhile" in said(answer)
    assert LabRequest.objects.get().acknowledged_at is None


def test_the_report_says_what_when_by_whom_and_what_it_said_before(bench, grace, tom):
    request = released(collected(grace, "CRP", by=tom), by=tom, c_reactive_protein="4")
    amending.amend(typed(request, c_reactive_protein="40"), reason="Diluted", by=tom)

    answer = bench.get(reverse("clinical_docs:lab_report", args=[grace.pk]))

    text = printed(answer)
    number = Specimen.objects.get().accession
    for word in ("OKORO, Grace", "AMENDED", "Diluted", "mg/L", number, "Tom Novák", "Page 1 of 1"):
        assert word in text
    assert OutboxRow.objects.filter(action="print", patient_id=grace.pk).count() == 1


def test_what_is_not_verified_is_printed_as_such(bench, grace, tom):
    ready(collected(grace, "CRP", by=tom), by=tom, c_reactive_protein="4")

    answer = bench.get(reverse("clinical_docs:lab_report", args=[grace.pk]))

    assert "PRELIMINARY, NOT VERIFIED" in printed(answer)


def test_each_sample_has_its_label(bench, grace, tom):
    collected(grace, "CBC", by=tom), collected(grace, "CRP", by=tom)

    text = printed(bench.get(reverse("clinical_docs:lab_labels", args=[grace.pk])))

    assert text.count("\f") == 2
    for sample in Specimen.objects.all():
        assert sample.accession in text
    assert text.count("OKORO, Grace") == text.count("02-Mar-1988") == 2


def printed(answer):
    reading = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(
        reading, input=answer.content, capture_output=True, check=True
    ).stdout.decode()
