"""Restricted records: who opens them, how the glass is broken, and that it is reviewed."""

from datetime import timedelta

import pyotp
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from core.errors import NotAllowed
from core.factors import recovery, totp
from core.factors.models import SecondFactor
from core.live import topics
from core.outbox.models import OutboxRow
from core.sessions.models import OpenSession
from patients.domain import glass
from patients.models import BreakGlassGrant, Patient, Restriction, Visit

PASSWORD = "a long enough password"
WHY = "Collapsed in the waiting room"
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def grace(db):
    return Patient.objects.create(family_name="Okoro", given_names="Grace", sex="female")


@pytest.fixture
def people(person, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    roles = {
        "amina": Role.CLINICIAN,
        "ben": Role.NURSE,
        "noor": Role.AUDITOR,
        "joy": Role.RECEPTIONIST,
    }
    made = {name: person(role, username=name) for name, role in roles.items()}
    made["amina"].set_password(PASSWORD)
    made["amina"].save()
    return made


@pytest.fixture
def restricted(grace, people):
    glass.restrict(
        grace.pk, kind=Restriction.Kind.STAFF, permitted=[people["ben"]], by=people["noor"]
    )
    return grace


def at(name, patient):
    return reverse(f"patients:{name}", args=[patient.pk])


def as_(client, person):
    client.force_login(person)
    return client


def breaking(**more):
    return {"reason": "emergency", "words": WHY, "password": PASSWORD, **more}


def facts(action):
    return list(OutboxRow.objects.filter(action=action).order_by("id"))


def test_who_is_named_opens_it_as_any_other(client, restricted, people):
    assert as_(client, people["ben"]).get(at("record", restricted)).status_code == 200


def test_others_are_led_to_the_glass_and_see_nothing_of_the_record(client, restricted, people):
    page = as_(client, people["amina"]).get(at("record", restricted) + "?kind=note")

    assert page.status_code == 302
    assert page["Location"].startswith(at("glass", restricted) + "?next=")
    assert b"Restricted record" in client.get(page["Location"]).content


def test_who_may_not_break_it_is_refused(client, restricted, people):
    page = as_(client, people["joy"]).get(at("record", restricted))

    assert (page.status_code, b"restricted" in page.content) == (403, True)
    assert client.get(at("glass", restricted)).status_code == 403


def test_the_house_goes_on_lists_show_the_name(client, restricted, people):
    page = as_(client, people["joy"]).get(reverse("patients:search"), {"q": "okoro"})

    assert b"OKORO" in page.content


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_a_visit_of_theirs_is_behind_the_glass_too_and_nothing_is_written(
    client, restricted, people, headers
):
    visit = Visit.objects.create(patient=restricted, opened_at=timezone.now())
    write = reverse("patients:order_tests", args=[visit.pk])

    answer = as_(client, people["amina"]).post(write, {}, headers=headers)

    assert (answer.status_code, b"closed to you" in answer.content) == (403, True)


def test_breaking_it_opens_for_an_hour_with_a_mark_on_everything(client, restricted, people):
    as_(client, people["amina"])
    answer = client.post(
        at("glass", restricted), breaking(next=at("record", restricted)), follow=True
    )

    page = answer.content.decode()
    assert (answer.status_code, "Restricted record, open to you until" in page) == (200, True)
    grant = BreakGlassGrant.objects.get()
    assert (grant.ends_at - grant.begins_at, grant.user) == (timedelta(minutes=60), people["amina"])
    (broken,) = facts("break_glass")
    (look,) = facts("view")
    for row in (broken, look):
        assert (row.patient_id, row.context["purpose"]) == (restricted.pk, "BTG")
        assert WHY in row.context["reason"]


def test_after_the_hour_it_is_shut_again(client, restricted, people):
    now = timezone.now()
    BreakGlassGrant.objects.create(
        patient=restricted, user=people["amina"], reason="emergency", words=WHY,
        begins_at=now - timedelta(minutes=60), ends_at=now,
    )  # fmt: skip

    assert as_(client, people["amina"]).get(at("record", restricted)).status_code == 302


def test_who_works_behind_the_glass_is_not_heard_before_it(restricted, people):
    topic = f"patient:{restricted.pk}"
    assert topics.may_listen(people["ben"], topic)
    assert not topics.may_listen(people["amina"], topic)

    glass.break_glass(restricted.pk, reason="emergency", words=WHY, by=people["amina"])

    assert topics.may_listen(people["amina"], topic)


def test_closing_it_shuts_it_at_once(client, restricted, people):
    as_(client, people["amina"]).post(at("glass", restricted), breaking())
    client.post(at("close_glass", restricted))

    assert client.get(at("record", restricted)).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password": "not mine"}, "wrong"),
        ({"words": "x"}, "at least 10 characters"),
        ({"reason": ""}, "Choose a reason"),
    ],
)
def test_what_is_missing_is_said_and_nothing_opens(client, restricted, people, wrong, sentence):
    answer = as_(client, people["amina"]).post(at("glass", restricted), breaking(**wrong))

    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not BreakGlassGrant.objects.exists()


def test_who_has_an_app_gives_its_code_too(client, restricted, people):
    factor = totp.begin(people["amina"])
    secret = totp.secret_of(factor)
    totp.confirm(people["amina"], pyotp.TOTP(secret).now(), name="Phone")
    as_(client, people["amina"])

    without = client.post(at("glass", restricted), breaking())
    wrong = client.post(at("glass", restricted), breaking(code="000000"))
    assert (without.status_code, wrong.status_code) == (422, 422)
    assert not BreakGlassGrant.objects.exists()

    later = pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30))
    client.post(at("glass", restricted), breaking(code=later))
    assert BreakGlassGrant.objects.exists()


def test_who_has_a_passkey_alone_comes_in_again_or_types_a_recovery_code(
    client, restricted, people
):
    SecondFactor.objects.create(
        user=people["amina"], kind="passkey", name="Stick", credential_id=b"x", confirmed_at=timezone.now()
    )  # fmt: skip
    as_(client, people["amina"])
    assert "code" not in client.get(at("glass", restricted)).context["form"].fields

    then = timezone.now() - timedelta(minutes=10)
    OpenSession.objects.filter(user=people["amina"]).update(signed_in_at=then)
    assert client.post(at("glass", restricted), breaking()).status_code == 422
    [code, *_] = recovery.make(people["amina"])
    client.post(at("glass", restricted), breaking(code=code))

    assert BreakGlassGrant.objects.exists()


def test_a_grant_of_somebody_else_opens_nothing(client, restricted, people, person):
    glass.break_glass(restricted.pk, reason="emergency", words=WHY, by=people["amina"])

    other = as_(client, person(Role.CLINICIAN, username="omar"))
    assert other.get(at("record", restricted)).status_code == 302


def test_there_is_no_glass_before_an_ordinary_record(client, grace, people):
    answer = as_(client, people["amina"]).post(at("glass", grace), breaking())

    assert (answer.status_code, b"not restricted" in answer.content) == (422, True)


def test_it_leads_nowhere_outside(client, restricted, people):
    asked = breaking(next="https://evil.example/")
    answer = as_(client, people["amina"]).post(at("glass", restricted), asked)

    assert answer["Location"] == at("record", restricted)


def test_the_privacy_officer_reviews_and_nobody_their_own(client, restricted, people):
    grant = glass.break_glass(restricted.pk, reason="emergency", words=WHY, by=people["amina"])
    with pytest.raises(NotAllowed):
        glass.review(grant.pk, finding="justified", words="All is well here", by=people["amina"])
    page = as_(client, people["noor"]).get(reverse("audit:reviews")).content.decode()
    assert WHY in page

    typed = {f"{grant.pk}-finding": "not_justified", f"{grant.pk}-words": "Not on shift that day"}
    client.post(reverse("audit:review", args=[grant.pk]), typed)

    grant.refresh_from_db()
    assert (grant.finding, grant.reviewed_by) == ("not_justified", people["noor"])
    assert grant.ends_at <= timezone.now()
    with pytest.raises(glass.NotYours):
        glass.review(grant.pk, finding="justified", words="Changed my mind", by=people["noor"])


def test_the_database_keeps_to_an_hour_and_to_another_reviewer(restricted, people):
    now = timezone.now()
    rows = [
        {"ends_at": now + timedelta(hours=2)},
        {
            "ends_at": now,
            "reviewed_by": people["amina"],
            "reviewed_at": now,
            "finding": "justified",
        },
    ]
    for more in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            BreakGlassGrant.objects.create(
                patient=restricted, user=people["amina"], reason="emergency", words=WHY,
                begins_at=now, **more,
            )  # fmt: skip


def test_restricting_and_lifting_through_the_page(client, grace, people):
    as_(client, people["noor"]).post(
        at("restrict", grace), {"kind": "vip", "permitted": [str(people["ben"].pk)]}
    )
    assert Restriction.objects.get().kind == "vip"
    short = client.post(at("lift", grace), {"reason": "no"})
    assert (short.status_code, Restriction.objects.count()) == (422, 1)

    client.post(at("lift", grace), {"reason": "No longer works here"})

    assert not Restriction.objects.exists()
    assert as_(client, people["amina"]).get(at("record", grace)).status_code == 200


def test_an_ordinary_record_costs_one_question_more(
    client, grace, people, django_assert_max_num_queries
):
    as_(client, people["amina"])
    with django_assert_max_num_queries(20):
        client.get(at("banner", grace), headers=FRAGMENT)
