"""The lock: nothing but the door for who has not touched anything, and nothing lost by it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.accounts.models import User
from core.accounts.roles import Role
from core.accounts.signing_in import MOST_PER_NAME
from core.door.models import HeldForm
from core.door.tests.conftest import PASSWORD, app_of, code, facts, is_in, sign_in
from core.factors import recovery
from core.outbox.models import OutboxRow

FRAGMENT = {"HX-Request": "true", "Accept": "*/*"}
FETCH = {"Accept": "*/*", "Sec-Fetch-Mode": "cors"}


@pytest.fixture
def inside(client, ben) -> Client:
    sign_in(client)
    return client


def idle(user: User, **ago: int) -> None:
    user.sessions.update(active_at=timezone.now() - timedelta(**(ago or {"minutes": 16})))


def unlock(client: Client, password: str = PASSWORD, **more):
    return client.post("/lock/", {"password": password, **more})


def state(client: Client) -> str:
    return client.get("/session/").json()["state"]


def test_who_has_not_touched_anything_for_a_quarter_of_an_hour_is_locked(inside, ben):
    idle(ben, minutes=14, seconds=50)
    before = state(inside)
    idle(ben, minutes=15, seconds=1)

    assert (before, state(inside)) == ("open", "locked")


def test_a_page_leads_to_the_lock_and_afterwards_to_the_page(inside, ben):
    idle(ben)

    led = inside.get("/patients/?q=okoro").headers["Location"]
    shown = inside.get(led)
    answer = unlock(inside, next=shown.context["next"])

    assert led == "/lock/?next=%2Fpatients%2F%3Fq%3Dokoro"
    assert answer.headers["Location"] == "/patients/?q=okoro"
    assert inside.get("/patients/?q=okoro").status_code == 200


@pytest.mark.parametrize("headers", [FRAGMENT, FETCH], ids=["fragment", "fetch"])
def test_fragments_and_scripts_are_told_in_a_way_they_understand(inside, ben, headers):
    idle(ben)

    answers = [
        inside.get("/menu/", headers=headers),
        inside.get("/api/sync/events?after=visits~1", headers=headers),
        inside.get("/live/writers/?topic=visit:1", headers=headers),
        inside.post("/profile/theme/", {"theme": "dark"}, headers=headers),
        inside.get("/nowhere/", headers=headers),
    ]

    assert [(a.status_code, a.json()) for a in answers] == [(423, {"error": "Locked"})] * 5
    assert User.objects.get().theme == "auto"


def test_the_administration_is_behind_the_same_lock(client, person, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    seth = person(Role.ADMINISTRATOR, username="seth", is_staff=True)
    client.force_login(seth)
    assert client.get("/admin/").status_code == 200
    idle(seth)

    assert client.get("/admin/").headers["Location"] == "/lock/?next=%2Fadmin%2F"
    assert client.get("/admin/login/").status_code == 302


def test_the_lock_says_nothing_but_who_it_waits_for(inside, ben):
    idle(ben)

    page = inside.get("/lock/").content.decode()

    assert "Ben" in page
    assert "rail" not in page.replace("--rail", "")


def test_a_wrong_password_opens_nothing_and_counts(inside, ben):
    idle(ben)

    answers = [unlock(inside, "wrong").status_code for _ in range(MOST_PER_NAME)]

    assert answers == [403] * MOST_PER_NAME
    assert unlock(inside).status_code == 429
    assert state(inside) == "locked"
    assert facts("login_failed") == ["login_failed"] * MOST_PER_NAME


def test_time_alone_opens_no_lock(inside, ben):
    idle(ben)
    state(inside)
    ben.sessions.update(active_at=timezone.now())

    assert state(inside) == "locked"
    assert inside.get("/profile/").status_code == 302


def test_opening_gives_a_new_key_and_the_old_one_is_worth_nothing(inside, ben):
    old = inside.cookies["sessionid"].value
    idle(ben)
    unlock(inside)
    thief = Client()
    thief.cookies["sessionid"] = old

    assert inside.cookies["sessionid"].value != old
    assert (is_in(inside), is_in(thief)) == (True, False)


def test_locking_and_opening_is_reported_once_with_who_and_from_where(inside, ben):
    idle(ben)
    for _ in range(3):
        state(inside)
    unlock(inside)

    rows = OutboxRow.objects.filter(action__in=["locked", "unlocked"]).order_by("id")
    assert [row.action for row in rows] == ["locked", "unlocked"]
    assert {(row.context["user_id"], row.context["ip_address"]) for row in rows} == {
        (str(ben.pk), "127.0.0.1")
    }
    assert {row.changes["session"] for row in rows} == {str(ben.sessions.get().pk)}


# --- What counts as somebody at work ------------------------------------------------------------


def seen(user: User) -> float:
    """Seconds since its session was last touched."""
    return (timezone.now() - user.sessions.get().active_at).total_seconds()


@pytest.mark.parametrize(
    ("method", "path", "headers", "counts"),
    [
        ("get", "/profile/", {}, True),
        ("get", "/profile/", {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}, True),
        ("post", "/profile/theme/", FRAGMENT, True),
        ("post", "/session/active/", FETCH, True),
        ("post", "/profile/theme/", {**FRAGMENT, "Clinic-Unasked": "1"}, False),
        ("get", "/menu/", FRAGMENT, False),
        ("get", "/api/sync/events?after=visits~1", FETCH, False),
        ("get", "/live/writers/?topic=visits", FETCH, False),
        ("get", "/session/", FETCH, False),
        ("get", "/profile/", FETCH, False),
    ],
)
def test_only_a_person_keeps_a_session_open(inside, ben, method, path, headers, counts):
    idle(ben, minutes=10)

    getattr(inside, method)(path, {"theme": "dark"} if method == "post" else None, headers=headers)

    assert (seen(ben) < 60) is counts


def test_a_session_is_touched_now_and_then_and_a_page_costs_no_write(inside, ben):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        inside.get("/profile/second-step/")

    assert [q["sql"] for q in asked if q["sql"].startswith("UPDATE")] == []


def test_a_hand_that_moves_opens_no_lock(inside, ben):
    idle(ben)

    assert inside.post("/session/active/").json()["state"] == "locked"
    assert state(inside) == "locked"


def test_one_who_wants_to_leave_locks_at_once(inside, ben):
    inside.post("/lock/", {"now": "1"})

    assert state(inside) == "locked"
    assert facts("locked") == ["locked"]


def test_twelve_hours_after_signing_in_it_ends_whatever_happens(inside, ben):
    session = ben.sessions.get()
    assert timedelta(hours=11, minutes=59) < session.expire_date - session.signed_in_at < timedelta(hours=12, minutes=1)  # fmt: skip
    for _ in range(2):
        idle(ben)
        unlock(inside)
    assert ben.sessions.get().expire_date == session.expire_date

    ben.sessions.update(expire_date=timezone.now())

    assert inside.get("/profile/").headers["Location"] == "/sign-in/?next=/profile/"


# --- A form sent into the lock -------------------------------------------------------------------

TYPED = {"title": "Dr", "note": 'She coughs.\r\n\r\n  Two lines, <b>&"quoted"', "tick": ["a", "b"]}


def fields_of(page: str) -> list[tuple[str, str]]:
    """What the page would send again, as a browser reads it."""
    found = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return [(unescape(name), unescape(value)) for name, value in found]


def test_a_form_sent_while_locked_is_sent_again_once_its_person_is_back(inside, ben):
    idle(ben)

    led = inside.post("/profile/", TYPED, headers={"Referer": "http://testserver/profile/"})
    page = unlock(inside).content.decode()

    assert led.headers["Location"] == "/lock/?next=http%3A%2F%2Ftestserver%2Fprofile%2F"
    assert 'action="/profile/"' in page
    assert fields_of(page) == [
        ("title", "Dr"), ("note", TYPED["note"]), ("tick", "a"), ("tick", "b"),
    ]  # fmt: skip
    assert HeldForm.objects.count() == 0


def test_what_is_held_lies_sealed_and_passwords_are_not_held(inside, ben):
    idle(ben)

    inside.post("/profile/", {**TYPED, "old_password": "hunter22"})

    assert b"coughs" not in bytes(HeldForm.objects.get().sealed)
    assert [name for name, _ in fields_of(unlock(inside).content.decode())] == ["title", "note", "tick", "tick"]  # fmt: skip


def test_what_is_held_is_its_own_persons_only(inside, ben, person):
    idle(ben)
    inside.post("/profile/", TYPED)
    amina = person(Role.CLINICIAN, username="amina")
    amina.set_password(PASSWORD)
    amina.save()

    inside.post("/sign-out/")
    sign_in(inside, "amina")

    assert HeldForm.objects.count() == 0
    assert inside.get("/lock/").status_code == 302


def test_a_file_cannot_be_held_and_nothing_breaks(inside, ben):
    idle(ben)

    inside.post("/profile/", {**TYPED, "scan": SimpleUploadedFile("a.pdf", b"%PDF")})

    assert "coughs" in unlock(inside).content.decode()


def test_a_form_of_another_site_is_not_held(ben):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ben)
    idle(ben)

    strict.post("/profile/", TYPED)

    assert HeldForm.objects.count() == 0


# --- Others ----------------------------------------------------------------------------------------


def test_somebody_else_signs_in_afresh(inside, ben, person):
    amina = person(Role.CLINICIAN, username="amina")
    amina.set_password(PASSWORD)
    amina.save()
    idle(ben)

    inside.post("/sign-out/")
    answer = sign_in(inside, "amina")

    assert answer.headers["Location"] == "/start/"
    assert (ben.sessions.count(), amina.sessions.count()) == (0, 1)


def test_where_a_role_asks_for_a_second_step_so_does_the_lock(client, ben, settings):
    secret = app_of(ben)
    client.force_login(ben)
    ben.sessions.update(second_step="totp")
    settings.SECOND_FACTOR_ROLES = ["nurse"]
    idle(ben)

    assert unlock(client).status_code == 200
    assert unlock(client, code="000000").status_code == 403
    assert unlock(client, code=code(secret)).status_code == 302
    assert is_in(client)


def test_a_recovery_code_is_no_waste_at_the_lock(client, ben, settings):
    app_of(ben)
    codes = recovery.make(ben)
    client.force_login(ben)
    ben.sessions.update(second_step="totp")
    settings.SECOND_FACTOR_ROLES = ["nurse"]
    idle(ben)

    assert unlock(client, code=codes[0]).status_code == 302


def test_the_waiting_rooms_screen_goes_on_and_nothing_else_of_its_session(inside, ben):
    idle(ben)

    shown = [inside.get("/screen/"), inside.get("/screen/", headers=FRAGMENT)]

    assert [one.status_code for one in shown] == [200, 200]
    assert inside.get("/queue/").status_code == 302


def test_a_stranger_has_nothing_to_unlock(client, db):
    assert client.get("/lock/").headers["Location"] == "/sign-in/"
    assert client.post("/lock/", {"password": "x"}).headers["Location"] == "/sign-in/"
    assert client.get("/session/").json() == {"state": "ended", "user": "", "seconds": 0}
