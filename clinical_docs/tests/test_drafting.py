"""The note of a visit while it is written: nobody's words are lost to anybody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinical_docs.choices import LONGEST_NOTE
from clinical_docs.domain import drafting, notes, revisions
from clinical_docs.domain.drafting import Typed
from clinical_docs.models import NoteDraft, NoteRevision, NoteTemplate
from core import upkeep
from core.accounts.roles import Role
from core.errors import NotAllowed
from core.outbox.models import OutboxRow
from core.testing.documents import document_in
from patients.models import Visit
from patients.tests.people import patient

WRITTEN, REPLACED, NOT_TAKEN = NoteRevision.Why


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina", family_name="Diallo")


@pytest.fixture
def kenji(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Kenji", family_name="Watanabe")


@pytest.fixture
def visit(db):
    return Visit.objects.create(patient=patient(), opened_at=timezone.now())


def save(visit, by, page="one", **sections):
    """`plan=("text", 1)` is a section with the version it came from; a plain text is from 0."""
    typed = {n: Typed(*(s if isinstance(s, tuple) else (s, 0))) for n, s in sections.items()}
    return drafting.save(visit.pk, typed, page=page, by=by)


def standing(visit) -> dict[str, str]:
    return NoteDraft.objects.get(pk=visit.pk).texts()


def kept(visit) -> list[tuple[str, dict[str, str]]]:
    """Older drafts, the oldest first."""
    return [(o.why, o.texts) for o in NoteRevision.objects.filter(visit=visit).order_by("id")]


def signed() -> list[dict]:
    rows = OutboxRow.objects.filter(kind="document").order_by("id")
    return [document_in(row) for row in rows]


def test_sections_are_kept_with_a_version_each(visit, amina):
    first = save(visit, amina, complaint="Coughs", plan="Rest")
    second = save(visit, amina, complaint=("Coughs since Monday", 1), plan=("Rest", 1))

    assert [c.name for c in (*first.clashes, *second.clashes)] == []
    assert standing(visit) == {"complaint": "Coughs since Monday", "plan": "Rest"}
    assert [drafting.version_of(second.draft, n) for n in ("complaint", "plan", "history")] == [
        2,
        1,
        0,
    ]


def test_nothing_changed_is_nothing_saved(visit, amina):
    save(visit, amina, plan="Rest")

    assert save(visit, amina, plan=("Rest", 1)).changed is False


def test_two_people_in_two_sections_do_not_meet(visit, amina, kenji):
    save(visit, amina, plan="Rest")
    save(visit, kenji, page="two", history="Two weeks")

    assert standing(visit) == {"plan": "Rest", "history": "Two weeks"}


def test_the_second_in_a_section_is_told_and_both_texts_are_kept(visit, amina, kenji):
    save(visit, kenji, page="two", plan="Wait")

    clash = save(visit, amina, plan="Antibiotic").clashes[0]

    assert (clash.name, clash.text, clash.by) == ("plan", "Wait", str(kenji.pk))
    assert standing(visit) == {"plan": "Wait"}
    assert kept(visit) == [(WRITTEN, {"plan": "Wait"}), (NOT_TAKEN, {"plan": "Antibiotic"})]


def test_having_chosen_the_text_is_taken_over(visit, amina, kenji):
    save(visit, kenji, page="two", plan="Wait")
    clash = save(visit, amina, plan="Antibiotic").clashes[0]

    save(visit, amina, plan=("Wait\nAntibiotic", clash.version))

    assert standing(visit) == {"plan": "Wait\nAntibiotic"}


def test_two_tabs_of_one_person_clash_as_two_people_do(visit, amina):
    save(visit, amina, page="one", plan="Rest")

    assert len(save(visit, amina, page="two", plan="Work").clashes) == 1


def test_a_window_never_clashes_with_itself(visit, amina):
    """An answer that got lost on the way leaves it with the version before."""
    save(visit, amina, plan="Re")

    assert save(visit, amina, plan="Rest").clashes == []
    assert standing(visit) == {"plan": "Rest"}


def test_what_is_typed_on_a_note_that_was_signed_is_put_aside(visit, amina, kenji):
    save(visit, amina, plan="Rest")
    notes.sign(visit.pk, by=amina)

    with pytest.raises(drafting.GoneMeanwhile):
        save(visit, kenji, page="two", plan=("Rest and water", 1))
    drafting.rescue(visit.pk, {"plan": Typed("Rest and water", 1)}, by=kenji)

    assert not NoteDraft.objects.exists()
    assert kept(visit)[-1] == (NOT_TAKEN, {"plan": "Rest and water"})


def test_while_one_types_an_older_draft_follows_for_two_minutes(visit, amina):
    save(visit, amina, plan="R")
    save(visit, amina, plan="Re")
    NoteRevision.objects.update(began_at=timezone.now() - revisions.ONE_EVERY)
    save(visit, amina, plan="Rest")

    assert kept(visit) == [(WRITTEN, {"plan": "Re"}), (WRITTEN, {"plan": "Rest"})]


def test_restoring_keeps_what_stands_and_is_taken_back(visit, amina):
    save(visit, amina, plan="Old", history="Two weeks")
    old = NoteRevision.objects.get()
    NoteRevision.objects.update(began_at=timezone.now() - revisions.ONE_EVERY)
    save(visit, amina, plan=("New", 1))

    before = drafting.restore(visit.pk, old.pk, by=amina)
    assert standing(visit) == {"plan": "Old", "history": "Two weeks"}

    drafting.restore(visit.pk, before.pk, by=amina)
    assert standing(visit) == {"plan": "New", "history": "Two weeks"}


def test_restoring_words_not_taken_leaves_the_other_sections(visit, amina, kenji):
    save(visit, kenji, page="two", plan="Wait", history="Two weeks")
    save(visit, amina, plan="Antibiotic")
    mine = NoteRevision.objects.get(why=NOT_TAKEN)

    drafting.restore(visit.pk, mine.pk, by=amina)

    assert standing(visit) == {"plan": "Antibiotic", "history": "Two weeks"}


def test_an_older_draft_of_another_visit_is_not_brought_here(visit, amina):
    other = Visit.objects.create(patient=patient("Diallo, Ada"), opened_at=timezone.now())
    save(other, amina, plan="Hers")

    with pytest.raises(NoteRevision.DoesNotExist):
        drafting.restore(visit.pk, NoteRevision.objects.get().pk, by=amina)


def test_so_many_older_drafts_a_person_and_no_more(visit, amina, kenji, monkeypatch):
    monkeypatch.setattr(revisions, "ONE_EVERY", timedelta(0))
    save(visit, kenji, page="two", history="Kenji's")
    for n in range(revisions.MOST_OF_A_VISIT + 5):
        save(visit, amina, plan=f"Plan {n}")

    mine = NoteRevision.objects.filter(by=amina)
    assert mine.count() == revisions.MOST_OF_A_VISIT
    assert mine.first().texts["plan"] == f"Plan {revisions.MOST_OF_A_VISIT + 4}"
    assert NoteRevision.objects.filter(by=kenji).count() == 1


def test_all_visits_of_a_person_together_have_a_bound_too(visit, amina, monkeypatch):
    monkeypatch.setattr(revisions, "MOST_OF_A_PERSON", 3)
    for n in range(5):
        one = Visit.objects.create(patient=patient(f"P{n}"), opened_at=timezone.now())
        save(one, amina, plan=f"Plan {n}")

    texts = [one.texts["plan"] for one in NoteRevision.objects.order_by("id")]
    assert texts == ["Plan 2", "Plan 3", "Plan 4"]


def test_a_template_fills_what_is_empty_and_leaves_what_was_written(visit, amina):
    template = NoteTemplate.objects.create(name="Cough", history="Since: ", plan="1. ")
    save(visit, amina, plan="Rest")

    draft = drafting.apply_template(visit.pk, template, by=amina)

    assert draft.template == "Cough"
    assert standing(visit) == {"history": "Since: ", "plan": "Rest"}


def test_put_away_it_can_be_brought_back(visit, amina):
    save(visit, amina, plan="Rest")

    before = drafting.discard(visit.pk, by=amina)

    assert not NoteDraft.objects.exists()
    drafting.restore(visit.pk, before.pk, by=amina)
    assert standing(visit) == {"plan": "Rest"}


def test_the_longest_note_is_kept_and_a_longer_one_refused(visit, amina):
    save(visit, amina, plan="x" * LONGEST_NOTE)

    with pytest.raises(drafting.TooLong):
        save(visit, amina, plan=("x" * LONGEST_NOTE, 1), history="y")


def test_nobody_else_writes(visit, person):
    for role in (Role.NURSE, Role.LAB, Role.RECEPTIONIST):
        with pytest.raises(NotAllowed):
            save(visit, person(role), plan="Rest")


def test_signed_it_is_a_document_of_its_sections_and_no_draft(visit, amina, kenji):
    save(visit, kenji, page="two", history="Two weeks")
    save(visit, amina, complaint=" Coughs ", plan="")

    notes.sign(visit.pk, by=amina)

    (note,) = signed()
    assert (note["patient_id"], note["visit_id"], note["status"]) == (
        str(visit.patient_id),
        str(visit.pk),
        "final",
    )
    assert note["data"]["sections"] == [
        {"name": "complaint", "title": "Complaint", "text": "Coughs"},
        {"name": "history", "title": "History", "text": "Two weeks"},
    ]
    assert note["data"]["signed_by"] == "Dr Amina Diallo"
    assert note["data"]["written_with"] == ["Dr Kenji Watanabe"]
    assert not NoteDraft.objects.exists()


def test_nothing_is_not_signed(visit, amina):
    save(visit, amina, plan="  ")

    with pytest.raises(notes.NothingWritten):
        notes.sign(visit.pk, by=amina)

    assert signed() == []


def test_an_amendment_supersedes_and_says_which_note(visit, amina, kenji):
    save(visit, amina, plan="Rest")
    notes.sign(visit.pk, by=amina)
    (first,) = signed()

    notes.amend(visit.pk, first, by=kenji)
    assert standing(visit) == {"plan": "Rest"}
    save(visit, kenji, page="two", plan=("Rest, then work", 1))
    notes.sign(visit.pk, amended=first, by=kenji)

    second = signed()[-1]
    assert (second["supersedes"], second["status"]) == (first["_id"], "amended")
    assert second["data"]["amends_at"] == first["created_at"].isoformat()
    assert [one["text"] for one in second["data"]["sections"]] == ["Rest, then work"]


def test_a_note_that_was_amended_is_amended_in_its_newer_one(visit, amina):
    with pytest.raises(notes.AmendedAlready):
        notes.amend(visit.pk, {"_id": "a", "data": {}, "amended_by": "b"}, by=amina)


def test_a_note_under_way_is_not_overwritten_by_an_amendment(visit, amina):
    save(visit, amina, plan="Rest")

    with pytest.raises(notes.NoteUnderWay):
        notes.amend(visit.pk, {"_id": "a", "data": {"text": "Old"}}, by=amina)

    assert standing(visit) == {"plan": "Rest"}


def test_older_drafts_go_after_a_month(visit, amina):
    save(visit, amina, plan="Rest")
    other = Visit.objects.create(patient=patient("Diallo, Ada"), opened_at=timezone.now())
    save(other, amina, plan="Old")
    old = NoteRevision.objects.filter(visit=other)
    old.update(saved_at=timezone.now() - revisions.KEPT_FOR - timedelta(hours=1))

    assert upkeep.tidy()["older drafts of notes"] == 1
    assert kept(visit) == [(WRITTEN, {"plan": "Rest"})]
