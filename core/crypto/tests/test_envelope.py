"""What is sealed opens in its own place alone, and never with a key that nobody keeps."""

import threading
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from core.crypto import envelope, keys
from core.crypto.errors import DataKeyMissing, KeyShredded, NotAuthentic
from core.crypto.held import Held, held
from core.crypto.models import DataKey

PLACE = "patients.phone:1"
SECRET = b"+254712555018"


@pytest.fixture
def owner() -> str:
    return str(uuid4())


@pytest.mark.parametrize("nothing", [b"", b"v1", b"v1 and too short"])
def test_a_blank_beside_it_does_not_keep_the_next_from_opening(db, owner, nothing):
    sealed = envelope.seal(owner, SECRET, PLACE)
    held.clear()

    envelope.expect(nothing)

    assert envelope.open_sealed(owner, sealed, PLACE) == SECRET


def test_what_is_sealed_opens_again_and_is_nowhere_in_the_bytes(db, owner):
    sealed = envelope.seal(owner, SECRET, PLACE)

    assert envelope.open_sealed(owner, sealed, PLACE) == SECRET
    assert SECRET not in sealed
    assert len(sealed) == len(SECRET) + envelope.OVERHEAD
    assert sealed[:18] == b"v1" + DataKey.objects.get(owner=owner).pk.bytes


def test_equal_contents_never_look_alike(db, owner):
    assert envelope.seal(owner, SECRET, PLACE) != envelope.seal(owner, SECRET, PLACE)


def test_it_opens_neither_elsewhere_nor_for_somebody_else_nor_when_changed(db, owner):
    other = str(uuid4())
    envelope.seal(other, SECRET, PLACE)
    sealed = envelope.seal(owner, SECRET, PLACE)
    changed = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in (0, 20, -20, -1)]

    for who, what, where in [
        (owner, sealed, "patients.phone:2"),
        (other, sealed, PLACE),
        (owner, sealed[:-1], PLACE),
        (owner, b"", PLACE),
        *((owner, each, PLACE) for each in changed),
    ]:
        with pytest.raises(NotAuthentic):
            envelope.open_sealed(who, what, where)


def test_an_owner_has_one_key(db, owner):
    for _ in range(3):
        envelope.seal(owner, SECRET, PLACE)

    assert DataKey.objects.filter(owner=owner).count() == 1


def test_two_at_the_same_moment_agree_on_one_key(transactional_db, owner):
    sealed, start = [], threading.Barrier(8)

    def work() -> None:
        start.wait()
        sealed.append(envelope.seal(owner, SECRET, PLACE))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    held.clear()
    assert [envelope.open_sealed(owner, each, PLACE) for each in sealed] == [SECRET] * 8
    assert DataKey.objects.count() == 1


def test_a_key_that_was_rolled_back_never_seals_again(transactional_db, owner):
    with pytest.raises(RuntimeError), transaction.atomic():
        envelope.seal(owner, SECRET, PLACE)
        raise RuntimeError
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            envelope.seal(owner, SECRET, PLACE)
            raise RuntimeError
        sealed = envelope.seal(owner, SECRET, PLACE)

    held.clear()
    assert envelope.open_sealed(owner, sealed, PLACE) == SECRET


def test_a_key_is_known_to_others_only_once_it_is_committed(transactional_db, owner):
    with transaction.atomic():
        envelope.seal(owner, SECRET, PLACE)
        assert held.get(owner) is None

    assert held.get(owner) is not None


def test_many_keys_come_in_one_query(db, django_assert_num_queries):
    sealed = {who: envelope.seal(who, SECRET, PLACE) for who in map(str, range(30))}
    connection.run_on_commit.clear()
    held.clear()

    with django_assert_num_queries(1):
        envelope.warm(sealed)
        assert {envelope.open_sealed(w, s, PLACE) for w, s in sealed.items()} == {SECRET}
    with django_assert_num_queries(0):
        envelope.warm(sealed)


def test_many_keys_are_made_at_once(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        envelope.provide(map(str, range(30)))

    with django_assert_max_num_queries(0):
        envelope.seal("29", SECRET, PLACE)


def test_held_keys_are_bounded_in_number_and_in_time(db, owner):
    envelope.seal(owner, SECRET, PLACE)
    key = connection.run_on_commit[-1][1].keys[owner]
    few, brief = Held(most=2), Held(seconds=0)

    for n in range(5):
        few.add(type(key)(uuid4(), str(n), True, key.cipher))
    brief.add(key)

    assert [few.get(str(n)) is not None for n in range(5)] == [False] * 3 + [True] * 2
    assert brief.get(owner) is None


def test_a_shredded_key_says_so_and_is_not_made_anew(transactional_db, owner):
    sealed = envelope.seal(owner, SECRET, PLACE)
    shred(owner)

    with pytest.raises(KeyShredded, match="destroyed on purpose"):
        envelope.open_sealed(owner, sealed, PLACE)
    with pytest.raises(KeyShredded):
        envelope.seal(owner, SECRET, PLACE)


def test_a_lost_data_key_is_no_shredding(transactional_db, owner):
    sealed = envelope.seal(owner, SECRET, PLACE)
    as_owner("DELETE FROM data_keys WHERE owner = %s", owner)

    with pytest.raises(DataKeyMissing):
        envelope.open_sealed(owner, sealed, PLACE)


def test_a_wrapped_key_moved_to_another_row_is_found_out(transactional_db, owner):
    other = str(uuid4())
    sealed = envelope.seal(owner, SECRET, PLACE)
    envelope.seal(other, SECRET, PLACE)
    foreign = bytes(DataKey.objects.get(owner=other).wrapped)
    as_owner("UPDATE data_keys SET wrapped = %s WHERE owner = %s", foreign, owner)

    with pytest.raises(NotAuthentic):
        envelope.open_sealed(owner, sealed, PLACE)


def test_without_its_key_file_nothing_opens_and_no_new_file_hides_that(
    db, owner, settings, tmp_path
):
    sealed = envelope.seal(owner, SECRET, PLACE)
    connection.run_on_commit.clear()
    settings.KEYS_FOLDER = tmp_path / "empty"

    with pytest.raises(keys.KeyMissing, match=r"envelope key \w{8} is not in"):
        envelope.open_sealed(owner, sealed, PLACE)
    with pytest.raises(keys.KeyMissing):
        envelope.seal(str(uuid4()), SECRET, PLACE)
    assert not (tmp_path / "empty").exists()


def test_the_pages_may_make_a_data_key_but_not_change_or_remove_one(transactional_db, owner):
    envelope.seal(owner, SECRET, PLACE)

    for forbidden in ("UPDATE data_keys SET owner = 'x'", "DELETE FROM data_keys"):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(forbidden)


def as_owner(statement: str, *values) -> None:
    """What a page may not do; and this process knows nothing of it yet."""
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"]) as outside:
        outside.execute(statement, values)
    held.clear()


def shred(owner: str) -> None:
    destroyed = "state = 'shredded', wrapped = '', shredded_at = now()"
    as_owner(f"UPDATE data_keys SET {destroyed} WHERE owner = %s", owner)
