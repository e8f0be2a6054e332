"""A clinic that stored in clear is sealed where it stands, from wherever it broke off, and back."""

import os
import subprocess
from uuid import uuid4

import psycopg
import pytest

from core.embedded import up
from core.testing import databases
from core.testing.running import made_for

PHONE = "+254712555018"
INSERT = """
INSERT INTO patients (id, family_name, given_names, other_names, birth_date_estimated, sex, phone,
    email, address, national_id, next_of_kin, next_of_kin_phone, language, allergy_status, metadata)
SELECT uuidv7(), 'Okoro', n::text, '', false, 'female', %s, 'g@example.org', '4 River Road', n::text,
    '', '', '', 'not_asked', '{"telecom": "zebra"}' FROM generate_series(1, 1200) AS n
"""


@pytest.fixture
def before(django_db_setup, django_db_blocker):
    """A database of its own, as it was before anything was sealed."""
    name = f"test_sealing_{uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        databases.clone(name)
        migrate(name, "patients", "0009")
        yield name
        databases.drop_named(name)


def migrate(name: str, *target: str, check: bool = True) -> subprocess.CompletedProcess:
    env = made_for(name).full_env
    for role in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_RELAY_URL"):
        env[role] = databases.renamed(env[role], name)
    return subprocess.run(
        [*up.MANAGE, "migrate", *target], env={**os.environ, **env},
        capture_output=True, text=True, check=check, timeout=120,
    )  # fmt: skip


def test_there_and_back(before):
    with psycopg.connect(databases.superuser_url(before), autocommit=True) as outside:
        outside.execute(INSERT, [PHONE])
        outside.execute(
            "INSERT INTO patient_identifiers (patient_id, system, value)"
            " SELECT id, 's', given_names FROM patients"
        )
        reported = outside.execute("SELECT count(*) FROM outbox").fetchone()
        migrate(before, "patients", "0010")
        migrate(before, "patients")
        migrate(before)

        sealed = outside.execute(
            "SELECT count(*) FILTER (WHERE substr(phone, 33, 2) = 'v1'), count(DISTINCT phone),"
            " count(DISTINCT substr(phone, 1, 32)), max(version) FROM patients"
        ).fetchone()
        keys = outside.execute("SELECT count(*) FROM data_keys").fetchone()
        said = outside.execute("SELECT count(*) FROM outbox").fetchone()
        text = outside.execute("SELECT string_agg(p::text, '') FROM patients AS p").fetchone()[0]
        migrate(before, "patients", "0009")
        back = outside.execute(
            "SELECT count(*) FROM patients JOIN patient_identifiers AS i ON patient_id = patients.id"
            " WHERE (phone, email, address, national_id, value, metadata) = (%s, 'g@example.org',"
            " '4 River Road', given_names, given_names, '{\"telecom\": \"zebra\"}')",
            [PHONE],
        ).fetchone()

    assert sealed == (1200, 1200, 1, 1)
    assert (keys, said) == ((1200,), reported)
    assert "River" not in text
    assert back == (1200,)


def test_it_goes_on_where_it_broke_off(before):
    with psycopg.connect(databases.superuser_url(before), autocommit=True) as outside:
        outside.execute(INSERT, [PHONE])
        migrate(before, "patients", "0010")
        outside.execute(
            "ALTER TABLE patients ADD CONSTRAINT dark CHECK (given_names <> '700' OR phone = '')"
        )

        broken = migrate(before, "patients", check=False)
        done = outside.execute("SELECT count(*) FROM patients WHERE phone_plain = ''").fetchone()[0]
        outside.execute("ALTER TABLE patients DROP CONSTRAINT dark")
        migrate(before, "patients")
        left = outside.execute("SELECT count(*) FROM patients WHERE phone = ''").fetchone()

    assert broken.returncode != 0
    assert 0 < done < 1200
    assert left == (0,)


def test_the_clear_columns_leave_the_tables_file(before):
    marker = f"marker-{uuid4().hex}"
    with psycopg.connect(databases.superuser_url(before), autocommit=True) as outside:
        outside.execute(INSERT, [marker])
        outside.execute("CHECKPOINT")
        there = in_file(outside, marker)
        migrate(before, "patients")
        outside.execute("CHECKPOINT")
        gone = in_file(outside, marker)

    assert (there, gone) == (True, False)


def in_file(outside: psycopg.Connection, marker: str) -> bool:
    where = "SELECT current_setting('data_directory'), pg_relation_filepath('patients')"
    folder, path = outside.execute(where).fetchone()
    with open(f"{folder}/{path}", "rb") as file:
        return marker.encode() in file.read()
