"""Real servers: side by side, killed, started again, nothing lost."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis
from pymongo import MongoClient

from core.embedded import mongod, postgres, processes, servers, valkey
from core.embedded.home import HomeInUse, secret_of, sole_use

ALL = list(servers.SERVERS.values())


@pytest.fixture
def home(tmp_path_factory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("home")
    yield made
    servers.stop(made, ALL)


def write(urls: dict[str, str], word: str) -> None:
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])
    with MongoClient(urls["MONGODB_URL"]) as client:
        client.get_default_database().words.insert_one({"_id": word})
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        client.rpush("words", word)


def read(urls: dict[str, str]) -> list[list[str]]:
    with psycopg.connect(urls["DATABASE_OWNER_URL"]) as connection:
        rows = [word for (word,) in connection.execute("SELECT word FROM words")]
    with MongoClient(urls["MONGODB_URL"]) as client:
        documents = [found["_id"] for found in client.get_default_database().words.find()]
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        entries = [word.decode() for word in client.lrange("words", 0, -1)]
    return [rows, documents, entries]


def test_nothing_is_lost_by_a_kill_and_the_ports_stay(home):
    first = servers.start(home, ALL).urls
    write(first, "kept")
    for server in ALL:
        os.kill(processes.running_pid(home, server.NAME), signal.SIGKILL)

    second = servers.start(home, ALL).urls

    assert second == first
    # Valkey writes its log once a second: it holds hints, and may lose the last of them.
    assert read(second)[:2] == [["kept"], ["kept"]]


def test_a_clean_stop_keeps_everything_and_leaves_no_process(home):
    urls = servers.start(home, ALL).urls
    write(urls, "kept")

    servers.stop(home, ALL)

    assert [processes.running_pid(home, server.NAME) for server in ALL] == [None] * 3
    assert read(servers.start(home, ALL).urls) == [["kept"]] * 3


def test_what_a_crash_left_running_is_ended_by_the_next_start(home):
    servers.start(home, ALL)
    before = [processes.running_pid(home, server.NAME) for server in ALL]

    servers.start(home, ALL)

    after = [processes.running_pid(home, server.NAME) for server in ALL]
    assert not set(before) & set(after)
    assert None not in after


def test_two_clinics_run_side_by_side(home, tmp_path):
    other = servers.start(tmp_path, ALL).urls
    mine = servers.start(home, ALL).urls
    try:
        write(mine, "mine")
        write(other, "other")
        assert (read(mine), read(other)) == ([["mine"]] * 3, [["other"]] * 3)
    finally:
        servers.stop(tmp_path, ALL)


def test_only_one_up_may_use_a_home(tmp_path):
    with sole_use(tmp_path), pytest.raises(HomeInUse), sole_use(tmp_path):
        pass


def test_strangers_are_refused_and_users_are_limited(home):
    urls = servers.start(home, ALL).urls

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(urls["DATABASE_URL"].replace(secret_of(home, postgres.APP), "guess"))
    with (
        MongoClient(urls["MONGODB_READ_URL"]) as client,
        pytest.raises(Exception, match="not auth"),
    ):
        client.get_default_database().words.insert_one({})
    client = redis.Redis(port=int((home / "ports" / valkey.NAME).read_text()))
    with client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_a_home_of_an_earlier_version_gets_the_users_it_lacks(home):
    urls = servers.start(home, [mongod]).urls
    with MongoClient(urls["MONGODB_ROOT_URL"]) as root:
        root.admin.command("dropUser", mongod.ARCHIVER)
        root[mongod.DATABASE].command("dropRole", mongod.ARCHIVES)
    servers.stop(home, [mongod])

    again = servers.start(home, [mongod]).urls

    with MongoClient(again["MONGODB_ARCHIVER_URL"]) as client:
        assert client.get_default_database().audit_logs.delete_many({}).acknowledged


def test_mongod_is_a_replica_set_that_offers_no_zlib(home):
    urls = servers.start(home, [mongod]).urls

    with MongoClient(urls["MONGODB_ROOT_URL"]) as client:
        hello = client.admin.command("hello", compression=["zlib"])

    assert (hello["setName"], hello.get("compression", [])) == ("rs0", [])


def test_secrets_are_made_once_and_are_ours_alone(tmp_path):
    first = secret_of(tmp_path, "django")

    assert secret_of(tmp_path, "django") == first
    assert (tmp_path / "secrets" / "django").stat().st_mode & 0o777 == 0o600


def test_makers_of_one_secret_all_get_the_same(tmp_path):
    with ThreadPoolExecutor(16) as together:
        for name in map(str, range(50)):
            made = set(together.map(secret_of, [tmp_path] * 16, [name] * 16))

            assert [len(one) for one in made] == [64]
