"""What is thrown away, and what is not."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from core import tasks, upkeep
from core.accounts.models import SignInAttempt
from core.editing.models import Draft, UsedKey


def test_only_what_has_outlived_its_time_is_thrown_away(person, settings, tmp_path):
    settings.FILES_FOLDER = tmp_path
    user, now = person(), timezone.now()
    for age in (timedelta(days=1), timedelta(days=40)):
        UsedKey.objects.create(key=uuid4(), user=user, answer={}, used_at=now - age)
        Draft.objects.create(user=user, form=str(age), saved_at=now - age)
        SignInAttempt.objects.create(username="amina", at=now - age)

    thrown = tasks.tidy()

    apps_own = dict.fromkeys([*upkeep._more, *upkeep._works], 0)
    assert thrown == {"keys": 1, "drafts": 1, "attempts": 1, "sessions": 0, **apps_own}
    assert set(tasks.tidy().values()) == {0}
