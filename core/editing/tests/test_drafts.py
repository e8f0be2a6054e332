"""What is being typed is kept for its writer alone, and no odd input breaks that."""

import pytest
from django.test import Client

from core.accounts.roles import Role
from core.editing import drafts
from core.editing.models import Draft

ADDRESS = "/drafts/note/7/"


@pytest.fixture
def ben(person):
    return person(Role.NURSE)


@pytest.fixture
def writing(client, ben) -> Client:
    client.force_login(ben)
    return client


def kept() -> list[dict[str, str]]:
    return [draft.fields for draft in Draft.objects.all()]


def test_a_draft_is_kept_without_keys_passwords_and_blanks(writing):
    typed = {"text": "Coughs", "empty": "", "key": "k", "password": "p", "csrfmiddlewaretoken": "t"}

    answer = writing.post(ADDRESS, typed)

    assert (answer.status_code, list(answer.json())) == (200, ["saved_at"])
    assert kept() == [{"text": "Coughs"}]


def test_the_last_of_a_form_counts(writing):
    for text in ("Coughs", "Coughs since Monday"):
        writing.post(ADDRESS, {"text": text})

    assert kept() == [{"text": "Coughs since Monday"}]


def test_drafts_of_two_people_and_two_forms_are_apart(writing, ben, person):
    joy, other = person(Role.NURSE), Client()
    other.force_login(joy)
    writing.post(ADDRESS, {"text": "of Ben"})
    writing.post("/drafts/note/8/", {"text": "of Ben, another"})
    other.post(ADDRESS, {"text": "of Joy"})

    other.delete(ADDRESS)

    assert drafts.find("note", "7", by=joy) is None
    assert drafts.find("note", "7", by=ben).fields == {"text": "of Ben"}
    assert drafts.find("note", "8", by=ben).fields == {"text": "of Ben, another"}


def test_a_draft_is_only_written_and_forgotten_never_read_from_its_address(writing):
    writing.post(ADDRESS, {"text": "Coughs"})

    assert writing.get(ADDRESS).status_code == 405


def test_the_longest_draft_is_kept_and_a_longer_one_refused_in_words(writing):
    longest = "x" * (drafts.LONGEST - len("text"))
    assert writing.post(ADDRESS, {"text": longest}).status_code == 200

    answer = writing.post(ADDRESS, {"text": longest + "x"})

    assert (answer.status_code, answer.json()) == (
        413,
        {"error": "A draft holds at most 50000 characters."},
    )
    assert kept() == [{"text": longest}]


@pytest.mark.parametrize(
    "typed",
    [{"text": "a\x00b"}, {"te\x00xt": "b"}, {"text": "😀\u202e"}],
    ids=["NUL", "NUL in a name", "letters"],
)
def test_odd_input_is_kept_as_far_as_it_can_be(writing, typed):
    assert writing.post(ADDRESS, typed).status_code == 200
    assert len(kept()) == 1


@pytest.mark.parametrize("place", ["a%00b", "x" * 3_000], ids=["NUL", "long"])
def test_a_place_that_no_form_has_is_not_found(writing, place):
    assert writing.post(f"/drafts/note/{place}/", {"text": "x"}).status_code == 404
    assert writing.delete(f"/drafts/note/{place}/").status_code == 404
    assert writing.post(f"/drafts/{'n' * 3_000}/7/", {"text": "x"}).status_code == 404
    assert kept() == []


def test_a_stranger_keeps_nothing(client, db):
    assert client.post(ADDRESS, {"text": "x"}).status_code == 302
    assert kept() == []


def test_of_very_many_drafts_the_newest_are_kept(ben, person, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_OF_A_PERSON", 3)
    drafts.save("note", "theirs", {"text": "x"}, by=person(Role.NURSE))
    for n in range(5):
        drafts.save("note", str(n), {"text": str(n)}, by=ben)
    drafts.save("note", "2", {"text": "again"}, by=ben)

    mine = Draft.objects.filter(user=ben).order_by("object_id")
    assert list(mine.values_list("object_id", flat=True)) == ["2", "3", "4"]
    assert Draft.objects.exclude(user=ben).count() == 1
