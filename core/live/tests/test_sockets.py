"""The socket of a page, against a real Daphne and a real relay."""

import json
import time
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
import redis
from django.conf import settings
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from core.accounts.models import User
from core.accounts.roles import Role
from core.live.consumers import MOST_FRAMES_A_MINUTE, MOST_SOCKETS
from core.sessions.models import OpenSession
from patients.models import Patient, Visit


@pytest.fixture
def nurse(running_clinic, person) -> User:
    return person(Role.NURSE)


@pytest.fixture
def patient(running_clinic) -> Patient:
    made = Patient.objects.create(family_name="Okoro", sex="female")
    running_clinic.settle()
    return made


@pytest.fixture
def page(running_clinic, nurse):
    """`with page() as socket:` is the socket of a page that this nurse has open."""
    cookies = running_clinic.cookies(nurse)

    @contextmanager
    def opened(**extra):
        with open_socket(running_clinic, cookies, **extra) as socket:
            yield socket

    return opened


def open_socket(clinic, cookies=None, **extra):
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    headers = {"Cookie": cookie} if cookie else {}
    options = {"origin": clinic.url, "max_size": 2**20, "proxy": None, "legacy": True, **extra}
    return connect(clinic.socket_url, additional_headers=headers, **options)


def say(socket, **words) -> None:
    socket.send(json.dumps(words))


def hear(socket, *, seconds: float = 5, **wanted) -> dict:
    """The next frame that has all these words; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        frame = json.loads(socket.recv(timeout=max(0.01, deadline - time.monotonic())))
        if all(name in frame and value in (..., frame[name]) for name, value in wanted.items()):
            return frame


def listen(socket, *topics: str) -> dict:
    """Subscribe from now on; returns the answer with epoch, heads and refusals."""
    say(socket, subscribe=dict.fromkeys(topics))
    return hear(socket, epoch=...)


def close_of(socket, *, seconds: float = 6) -> tuple[int, str]:
    """Read until the server closes: its code, and the reason that its last frame gave."""
    deadline, last = time.monotonic() + seconds, "{}"
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            last = socket.recv(timeout=max(0.01, deadline - time.monotonic()))
    received = closed.value.rcvd
    return received.code if received else 1006, json.loads(last).get("ended", "")


def rename(patient: Patient, *names: str) -> None:
    for name in names:
        Patient.objects.filter(pk=patient.pk).update(given_names=name)


def test_a_socket_hears_names_and_never_content(page, patient):
    with page() as socket:
        listen(socket, f"patient:{patient.pk}")
        rename(patient, "Grace")
        frame = hear(socket, topic=f"patient:{patient.pk}")

    assert frame == {
        "seq": 2,
        "topic": f"patient:{patient.pk}",
        "kind": "update",
        "entity_type": "patient",
        "entity_id": str(patient.pk),
        "version": 2,
    }


def test_a_list_hears_of_its_things(page, patient):
    with page() as socket:
        listen(socket, "visits")
        visit = Visit.objects.create(patient=patient, opened_at="2026-01-01T09:00Z")
        frame = hear(socket, topic="visits")

    assert (frame["kind"], frame["entity_type"], frame["entity_id"]) == (
        "create", "visit", str(visit.pk),
    )  # fmt: skip


def test_what_was_missed_while_away_is_replayed_once_and_in_order(page, patient):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        epoch = listen(socket, topic)["epoch"]
    rename(patient, "A", "B", "C")

    with page() as socket:
        say(socket, subscribe={topic: 1}, epoch=epoch)
        replayed = [hear(socket, topic=topic)["seq"] for _ in range(3)]
        rename(patient, "D")
        last = hear(socket, topic=topic)["seq"]

    assert (replayed, last) == ([2, 3, 4], 5)


def test_what_changed_between_the_page_and_its_socket_is_fetched_afresh(
    running_clinic, page, patient
):
    topic, asked_for = f"patient:{patient.pk}", time.time() + 3
    with page() as socket:
        say(socket, subscribe={topic: None}, since=asked_for)
        unchanged = json.loads(socket.recv(timeout=5))
    time.sleep(max(0, asked_for - time.time()))
    rename(patient, "Grace")
    running_clinic.settle()
    with page() as socket:
        say(socket, subscribe={topic: None}, since=asked_for)
        changed = json.loads(socket.recv(timeout=5))

    assert (unchanged["heads"], changed) == ({topic: 1}, {"reload": topic})


@pytest.mark.parametrize("since", ["x", -1, 1e300, None, [], True])
def test_a_moment_that_cannot_be_is_ignored(running_clinic, page, patient, since):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        say(socket, subscribe={topic: None}, since=since)
        assert hear(socket, epoch=...)["heads"] == {topic: 1}
    assert "Traceback" not in running_clinic.log("daphne")


@pytest.mark.parametrize(
    ("seq", "epoch"), [(1, "00000000-0000-7000-8000-000000000001"), (99, ...), (1, None)]
)
def test_a_number_of_another_time_means_load_afresh(page, patient, seq, epoch):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        present = listen(socket, topic)["epoch"]
        say(socket, subscribe={topic: seq}, epoch=present if epoch is ... else epoch)

        assert hear(socket, reload=...) == {"reload": topic}


def test_a_heartbeat_tells_the_heads(page, patient):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        listen(socket, topic)

        assert hear(socket, heads=..., seconds=6) == {"heads": {topic: 1}}


def test_a_membership_that_valkey_forgot_is_noticed_within_fifteen_seconds(page, patient):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        listen(socket, topic)
        forget_groups()
        rename(patient, "Grace")
        started = time.monotonic()
        frame = hear(socket, topic=topic, seconds=15)

    assert (frame["seq"], time.monotonic() - started > 0.5) == (2, True)


def forget_groups() -> None:
    """What a Valkey that was killed no longer knows: who is in which group."""
    with redis.Redis.from_url(f"{settings.REDIS_URL}/2") as valkey:
        keys = list(valkey.scan_iter(f"{settings.MONGODB_NAME}:live*"))
        assert keys, "there was nothing to forget"
        valkey.delete(*keys)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", None])
def test_another_origin_is_refused_at_the_door(running_clinic, nurse, origin):
    with pytest.raises(InvalidStatus) as refused:
        open_socket(running_clinic, running_clinic.cookies(nurse), origin=origin)

    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("cookies", [{}, {"sessionid": "0" * 32}])
def test_nobody_listens_without_a_session(running_clinic, cookies):
    with open_socket(running_clinic, cookies) as socket:
        assert close_of(socket) == (4401, "Signed out")


def test_a_session_that_ends_closes_its_sockets_within_five_seconds(running_clinic, page, patient):
    with page() as socket:
        listen(socket, f"patient:{patient.pk}")
        OpenSession.objects.all().delete()
        started = time.monotonic()
        closed = close_of(socket)

    assert (closed, time.monotonic() - started < 5) == ((4401, "Signed out"), True)


def test_a_locked_session_closes_its_sockets_and_opens_none(running_clinic, page, nurse, patient):
    idle = timezone.now() - timedelta(minutes=16)
    with page() as socket:
        listen(socket, f"patient:{patient.pk}")
        nurse.sessions.update(active_at=idle)
        started = time.monotonic()
        closed = close_of(socket)
    with page() as again:
        refused = close_of(again)

    assert (closed, time.monotonic() - started < 5) == ((4423, "Locked"), True)
    assert refused == (4423, "Locked")


def test_a_socket_and_its_polls_keep_no_session_open(running_clinic, page, nurse, patient):
    before = timezone.now() - timedelta(minutes=10)
    with page() as socket, running_clinic.browser(nurse) as browser:
        listen(socket, f"patient:{patient.pk}")
        nurse.sessions.update(active_at=before)
        hear(socket, heads=...)
        browser.get("/api/sync/events", params={"after": f"patient:{patient.pk}~1"})
        hear(socket, heads=...)

    assert set(nurse.sessions.values_list("active_at", flat=True)) == {before}


def test_who_must_think_of_a_new_password_hears_nothing_before(page, nurse):
    type(nurse).objects.filter(pk=nurse.pk).update(must_change_password=True)
    with page() as socket:
        assert close_of(socket) == (4401, "Signed out")


def test_somebody_who_leaves_the_clinic_stops_hearing_within_five_seconds(page, nurse):
    with page() as socket:
        listen(socket, "visits")
        User.objects.filter(pk=nurse.pk).update(is_active=False)
        started = time.monotonic()

        assert close_of(socket) == (4401, "Signed out")
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "frame",
    ["{", "", "null", "7", '"x"', "[]", "{}", '{"subscribe": []}', '{"subscribe": "visits"}',
     "[" * 10_000, '{"subscribe": ' + "[" * 10_000, '{"subscribe": {"\\ud800": 1}, "x": NaN',
     b"\x00\xff", b"{}", "x" * 20_000,
     json.dumps({"subscribe": {f"patient:{n}": 1 for n in range(31)}})],
    ids=range(16),
)  # fmt: skip
def test_a_frame_that_makes_no_sense_closes_with_a_reason(running_clinic, page, frame):
    with page() as socket:
        socket.send(frame)

        assert close_of(socket) == (4400, "Not understood")
    assert "Traceback" not in running_clinic.log("daphne")


def test_a_frame_of_two_megabytes_ends_the_socket_and_nothing_else(running_clinic, page):
    with page() as big, page() as other:
        big.send("x" * 2_000_000)
        code, _ = close_of(big)
        answer = listen(other, "visits")

    assert (code in (1006, 1009), answer["heads"]) == (True, {"visits": 0})
    assert "Traceback" not in running_clinic.log("daphne")


@pytest.mark.parametrize("seq", [-1, 2**53, 10**400, 1.5, True, "1", [], {"$gt": 0}])
def test_a_number_that_cannot_be_is_taken_for_none(running_clinic, page, patient, seq):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        epoch = listen(socket, topic)["epoch"]
        say(socket, subscribe={topic: seq}, epoch=epoch)

        assert hear(socket, epoch=...)["heads"] == {topic: 1}
        rename(patient, "Grace")
        assert hear(socket, topic=topic)["seq"] == 2
    assert "Traceback" not in running_clinic.log("daphne")


def test_topics_that_are_not_ones_own_are_refused_and_stay_silent(running_clinic, patient, person):
    """An administrator keeps the machines; patients are no business of theirs."""
    foreign = [f"patient:{patient.pk}", "visits", "user:1", "audit", "patient:\x00", "*", "\ud800"]
    cookies = running_clinic.cookies(person(Role.ADMINISTRATOR))
    with open_socket(running_clinic, cookies) as socket:
        answer = listen(socket, *foreign)
        rename(patient, "Grace")
        running_clinic.settle()
        beat = hear(socket, heads=..., seconds=6)

    assert (answer["refused"], answer["heads"], beat) == (foreign, {}, {"heads": {}})


def test_a_patient_that_does_not_exist_is_refused_like_one_that_may_not_be_seen(page):
    unknown = "patient:00000000-0000-7000-8000-000000000001"
    with page() as socket:
        assert listen(socket, unknown)["refused"] == [unknown]


def test_one_person_has_so_many_sockets_and_no_more(running_clinic, nurse):
    cookies = running_clinic.cookies(nurse)
    opened = [open_socket(running_clinic, cookies) for _ in range(MOST_SOCKETS)]
    try:
        with open_socket(running_clinic, cookies) as one_more:
            refusal = close_of(one_more)
        opened.pop().close()
        with open_socket(running_clinic, cookies) as instead:
            answer = listen(instead, "visits")
    finally:
        for socket in opened:
            socket.close()

    assert (refusal, answer["refused"]) == ((4429, "Too many pages are open"), [])


def test_a_page_listens_to_so_many_topics_and_no_more(page):
    with page() as socket:
        for start in (0, 30):
            say(socket, subscribe={f"visits:{n}": None for n in range(start, start + 30)})
        first, second = hear(socket, epoch=...), hear(socket, epoch=...)

    assert (len(first["heads"]), second["heads"], len(second["refused"])) == (30, {}, 30)


def test_a_flood_of_frames_is_ended(page):
    with page() as socket:
        for _ in range(MOST_FRAMES_A_MINUTE + 1):
            say(socket, subscribe={"visits": None})

        assert close_of(socket) == (4429, "Too many messages")


def test_colleagues_with_the_same_record_open_see_each_other(
    running_clinic, page, nurse, person, patient
):
    doctor = person(Role.CLINICIAN, given_name="Amina", family_name="Diallo")
    cookies, topic = running_clinic.cookies(doctor), f"patient:{patient.pk}"

    with page() as mine:
        listen(mine, topic)
        hear(mine, presence=topic)
        with open_socket(running_clinic, cookies) as theirs:
            listen(theirs, topic)
            hear(mine, presence=topic)
            seen = viewers(running_clinic, cookies=running_clinic.cookies(nurse), topic=topic)
            assert "Amina Diallo is viewing" in seen
        hear(mine, presence=topic)

    assert viewers(running_clinic, cookies=cookies, topic=topic).strip() == ""


def test_nobody_learns_who_looks_at_what_one_may_not_hear(running_clinic, page, person, patient):
    topic = f"patient:{patient.pk}"
    administrator = running_clinic.cookies(person(Role.ADMINISTRATOR))

    with page() as mine:
        listen(mine, topic)
        hear(mine, presence=topic)

        assert viewers(running_clinic, cookies=administrator, topic=topic).strip() == ""


def viewers(clinic, *, cookies, topic) -> str:
    answer = httpx.get(f"{clinic.url}/live/viewers/", params={"topic": topic}, cookies=cookies)
    assert answer.status_code == 200
    return answer.text


def test_a_browser_that_leaves_in_the_middle_of_it_is_no_fault(running_clinic, nurse, patient):
    cookies, topic = running_clinic.cookies(nurse), f"patient:{patient.pk}"
    for n in range(20):
        with open_socket(running_clinic, cookies) as socket:
            say(socket, subscribe={topic: None})
            rename(patient, f"Grace {n}")
            # Gone without a word, while answers and events are under way.
            socket.socket.close()

    assert "Traceback" not in running_clinic.log("daphne")


def look(clinic, person, topic: str) -> dict:
    """Who writes where, as this person may see it."""
    cookies = clinic.cookies(person)
    answer = httpx.get(f"{clinic.url}/live/writers/", params={"topic": topic}, cookies=cookies)
    return answer.json()


def test_colleagues_see_who_writes_where_until_the_page_is_closed(
    running_clinic, page, patient, nurse, person
):
    visit = Visit.objects.create(patient=patient, opened_at=timezone.now())
    topic, colleague = f"visit:{visit.pk}", person(Role.CLINICIAN)
    with open_socket(running_clinic, running_clinic.cookies(colleague)) as theirs:
        listen(theirs, topic)
        with page() as socket:
            listen(socket, topic)
            hear(theirs, presence=topic)
            say(socket, writing={"topic": topic, "place": "note-plan"})
            hear(theirs, presence=topic)

            assert look(running_clinic, colleague, topic) == {"note-plan": [nurse.display_name]}
            assert look(running_clinic, nurse, topic) == {}
            say(socket, writing={"topic": topic, "place": "note-history"})
            hear(theirs, presence=topic)
            assert list(look(running_clinic, colleague, topic)) == ["note-history"]
        hear(theirs, presence=topic)

    assert look(running_clinic, colleague, topic) == {}


def test_who_may_not_read_a_visit_hears_nothing_of_its_writers(
    running_clinic, page, patient, person
):
    visit = Visit.objects.create(patient=patient, opened_at=timezone.now())
    topic, desk = f"visit:{visit.pk}", person(Role.RECEPTIONIST)
    with page() as socket:
        listen(socket, topic)
        say(socket, writing={"topic": topic, "place": "note-plan"})
        with open_socket(running_clinic, running_clinic.cookies(desk)) as theirs:
            assert listen(theirs, topic)["refused"] == [topic]
        assert look(running_clinic, desk, topic) == {}


@pytest.mark.parametrize(
    "writing", [7, {}, {"topic": "visit:1"}, {"topic": "visit:1", "place": "<b>"}, {"topic": [], "place": "x"}]
)  # fmt: skip
def test_a_place_that_is_none_ends_the_socket(page, writing):
    with page() as socket:
        say(socket, writing=writing)

        assert close_of(socket)[0] == 4400


def test_a_topic_not_listened_to_is_not_written_in(running_clinic, page, patient, person):
    visit = Visit.objects.create(patient=patient, opened_at=timezone.now())
    topic = f"visit:{visit.pk}"
    with page() as socket:
        say(socket, writing={"topic": topic, "place": "note-plan"})
        listen(socket, f"patient:{patient.pk}")

        assert look(running_clinic, person(Role.CLINICIAN), topic) == {}


def test_a_change_of_roles_ends_what_may_be_heard(running_clinic, page, patient, nurse):
    topic = f"patient:{patient.pk}"
    with page() as socket:
        assert listen(socket, topic)["refused"] == []

        User.objects.filter(pk=nurse.pk).update(roles=[Role.ADMINISTRATOR])

        assert hear(socket, seconds=8, refused=...)["refused"] == [topic]
        assert listen(socket, topic)["refused"] == [topic]
        Patient.objects.filter(pk=patient.pk).update(given_names="Grace")
        running_clinic.settle()
        with pytest.raises(TimeoutError):
            hear(socket, seconds=4, kind="update")
