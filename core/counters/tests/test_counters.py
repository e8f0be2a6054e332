"""Numbers without a gap."""

import pytest
from django.db import transaction

from core.counters.domain import next_number, next_numbers


def test_numbers_follow_one_another_per_name(db):
    numbers = [next_number("a"), next_number("b"), *next_numbers("a", 3), next_number("a")]

    assert numbers == [1, 1, 2, 3, 4, 5]


def test_who_rolls_back_gives_the_number_back(transactional_db):
    next_number("a")
    with pytest.raises(LookupError, match="rolled back"), transaction.atomic():
        next_number("a")
        raise LookupError("rolled back")

    assert next_number("a") == 2
