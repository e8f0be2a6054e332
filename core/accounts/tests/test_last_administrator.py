"""The last administrator stays, by whatever door somebody tries."""

import pytest
from django.db import DatabaseError, connection, transaction

from core.accounts import people
from core.accounts.models import User
from core.accounts.roles import Role
from core.testing.crowds import at_once

SENTENCE = "last administrator"


@pytest.fixture
def seth(person) -> User:
    return person(Role.ADMINISTRATOR, username="seth")


def demote_by_sql(_: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users SET roles = '{}'")


DOORS = {
    "demoted": lambda seth: User.objects.filter(pk=seth.pk).update(roles=[Role.NURSE]),
    "made inactive": lambda seth: User.objects.filter(pk=seth.pk).update(is_active=False),
    "deleted": lambda seth: User.objects.filter(pk=seth.pk)._raw_delete("default"),
    "all at once": lambda seth: User.objects.update(is_active=False),
    "by SQL": demote_by_sql,
}


@pytest.mark.parametrize("door", DOORS)
def test_the_last_one_cannot_go(door, seth):
    with pytest.raises(DatabaseError, match=SENTENCE), transaction.atomic():
        DOORS[door](seth)

    assert User.objects.get().roles == [Role.ADMINISTRATOR]


def test_all_of_several_cannot_go_in_one_statement(seth, person):
    person(Role.ADMINISTRATOR), person(Role.NURSE)

    with pytest.raises(DatabaseError, match=SENTENCE), transaction.atomic():
        User.objects.update(is_active=False)

    assert User.objects.filter(is_active=True).count() == 3


def test_one_of_two_may_go_and_others_change_freely(seth, person):
    other, ben = person(Role.ADMINISTRATOR), person(Role.NURSE)

    User.objects.filter(pk=other.pk).update(is_active=False)
    User.objects.filter(pk=ben.pk).update(roles=[], is_active=False)
    User.objects.filter(pk=seth.pk).update(title="Mr", roles=[Role.ADMINISTRATOR, Role.NURSE])

    assert list(User.objects.filter(is_active=True)) == [seth]


@pytest.mark.django_db(transaction=True)
def test_two_who_go_at_once_do_not_both_succeed(seth, person):
    both = [seth.pk, person(Role.ADMINISTRATOR).pk]

    def leave(n: int) -> None:
        try:
            User.objects.filter(pk=both[n]).update(is_active=False)
        except DatabaseError as error:
            raise people.LastAdministrator from error

    done = at_once(leave, 2)

    assert done == {"done": 1, "LastAdministrator": 1}
    assert User.objects.filter(is_active=True).count() == 1
