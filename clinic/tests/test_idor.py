"""What one may not see answers as if it did not exist, byte for byte, and names nobody.

Each probe asks twice: with the id of something that exists and is not the asker's to see, or not in
this place, and with an id of nothing. What differs by itself from request to request (tokens, keys, the
moment) and the ids that were asked for are taken out before the answers are compared.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from billing.models import Charge
from clinic.tests import matrix
from clinic.tests.papers import staff, unhurried, write_everything
from clinical_docs.queries.files import documents_for, listed_for
from clinical_docs.tests.files import add as add_document
from core.accounts.models import User
from core.accounts.roles import Role
from core.shell import words
from core.testing import report
from patients.models import Appointment, LabRequest, PrescriptionItem, Specimen

OF_THE_MOMENT = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b"
    r'|(?<="X-CSRFToken": ")\w+|(?<=name="csrfmiddlewaretoken" value=")\w+'
    r"|[\w.-]+:[\w-]{6}:[\w-]{43}"  # signed, with the moment
    r'|(?<=data-live-since=")[\d.]+|(?<=data-now=")[^"]+|\b\d\d:\d\d(:\d\d)?\b'
)
UNTOLD = {"set-cookie", "date", "content-length", "x-request-id"}
_counted: dict[str, int] = {}


@dataclass(frozen=True)
class Answer:
    """What can be told of an answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass
class House:
    """Two patients with everything, staff, and the cookie of each of them once he has signed in."""

    staff: dict[Role, User]
    mine: matrix.Written
    theirs: matrix.Written
    keys: dict[UUID, str] = field(default_factory=dict)

    def ask(self, role: Role, method: str, path: str, sent: dict[str, str]) -> Answer:
        client = Client(raise_request_exception=False)
        client.cookies[settings.SESSION_COOKIE_NAME] = self.key(self.staff[role])
        with transaction.atomic():
            answer = client.generic(method, path) if method != "POST" else client.post(path, sent)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        headers = ((k, still(v)) for k, v in answer.headers.items() if k.lower() not in UNTOLD)
        return Answer(answer.status_code, tuple(sorted(headers)), still(words_of(body)))

    def key(self, user: User) -> str:
        if user.pk not in self.keys:
            client = Client()
            client.force_login(user)
            self.keys[user.pk] = client.cookies[settings.SESSION_COOKIE_NAME].value
        return self.keys[user.pk]

    def secrets(self) -> list[str]:
        """What no refusal may hold."""
        people = (self.mine.patient, self.theirs.patient)
        told = [word for one in people for word in (one.family_name, one.given_names)]
        return [*told, *(words.mrn(one.mrn) for one in people)]


def words_of(body: bytes) -> str:
    """A paper carries the moment it was made in many places; what can be read on it counts."""
    if body.startswith(b"%PDF"):
        reading = ["pdftotext", "-layout", "-", "-"]
        body = subprocess.run(reading, input=body, capture_output=True, check=True).stdout
    return body.decode("utf-8", "replace")


def still(text: str) -> str:
    return OF_THE_MOMENT.sub("…", text)


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[House]:
    with django_db_blocker.unblock(), transaction.atomic(), matrix.quiet():
        unhurried()
        people = staff()
        _, mine, theirs = write_everything(people)
        yield House(people, mine, theirs)
        transaction.set_rollback(True)
    probes, leaks = _counted.get("probes", 0), _counted.get("leaks", 0)
    report.tell("idor", f"{probes} probes, {leaks} leaks")


Sent = dict[str, tuple[str, str]]


def compared(
    house: House, role: Role, method: str, there: str, nowhere: str, sent: Sent | None = None
) -> list[str]:
    """What the two answers tell apart, or tell of somebody; nothing where all is well."""
    _counted["probes"] = _counted.get("probes", 0) + 1
    known, unknown = (
        house.ask(role, method, path, {name: both[place] for name, both in (sent or {}).items()})
        for place, path in enumerate((there, nowhere))
    )
    faults = (
        [] if known == unknown else [f"{role} {method} {there} {sent}: {apart(known, unknown)}"]
    )
    faults += [f"{there}: {one.status}" for one in (known, unknown) if one.status >= 500]
    if known.status in (403, 404):
        body = known.body.lower()
        faults += [f"{there} names {one}" for one in house.secrets() if one.lower() in body]
    _counted["leaks"] = _counted.get("leaks", 0) + bool(faults)
    return faults


def apart(known: Answer, unknown: Answer) -> str:
    """Where they begin to differ."""
    if known.status != unknown.status:
        return f"{known.status}, {unknown.status}"
    if known.headers != unknown.headers:
        return f"{set(known.headers) ^ set(unknown.headers)}"
    pairs = enumerate(zip(known.body, unknown.body, strict=False))
    same = next((n for n, (one, two) in pairs if one != two), 0)
    return f"{known.body[same - 60 : same + 60]!r}, {unknown.body[same - 60 : same + 60]!r}"


def doors_with_ids() -> list[matrix.Door]:
    return [door for door in matrix.doors() if "uuid:" in door.route and not door.is_admin]


def method_of(door: matrix.Door) -> str:
    """How it is used: what only takes posts is posted to."""
    signs = matrix.read(matrix.FILE.read_text("utf-8"))
    return "POST" if set(signs[door.route, "GET"]) == {"."} else "GET"


def unknown(things: dict[str, str]) -> dict[str, str]:
    """The same with ids of nothing."""
    return {name: str(uuid4()) if is_id(value) else value for name, value in things.items()}


def is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@pytest.mark.parametrize("role", Role)
def test_who_is_refused_learns_nothing_of_what_exists(role, house):
    faults = []
    there = matrix.things_of(house.mine)

    for door in doors_with_ids():
        if door.permission and not house.staff[role].has_perm(door.permission):
            paths = door.address(there), door.address(unknown(there))
            faults += compared(house, role, method_of(door), *paths)

    assert faults == []


def allowed(house: House, door: matrix.Door) -> Role | None:
    """Somebody who may open it."""
    return next((r for r in Role if house.staff[r].has_perm(door.permission)), None)


def test_the_id_of_something_else_is_the_id_of_nothing(house):
    """A visit's where a patient's belongs, and so on: each id in the place of another."""
    faults = []
    ids = {name: value for name, value in matrix.things_of(house.mine).items() if is_id(value)}
    turned = list(dict.fromkeys([*ids.values(), str(house.staff[Role.NURSE].pk)]))
    others = {name: turned[(turned.index(one) + 1) % len(turned)] for name, one in ids.items()}

    for door in doors_with_ids():
        role = allowed(house, door)
        if role:
            paths = door.address(others), door.address(unknown(others))
            faults += compared(house, role, method_of(door), *paths)

    assert faults == []


def places(it: matrix.Written) -> dict[str, str]:
    """What lies below a patient or a visit in an address."""
    of = {"patient": it.patient}
    return {
        "allergy_id": str(it.patient.allergies.get().pk),
        "line_id": str(PrescriptionItem.objects.filter(**of).first().pk),
        "prescription_id": str(it.prescription.pk),
        "request_id": str(LabRequest.objects.filter(**of).first().pk),
        "move_id": str(uuid4()),
        "document_id": LabRequest.objects.exclude(result_document="").filter(**of)[0].result_document,
    }  # fmt: skip


def test_what_belongs_to_another_patient_is_not_found_below_this_one(house):
    faults = []
    for it in (house.mine, house.theirs):
        it.patient.allergies.get_or_create(substance="Beeswax")
    mine = matrix.things_of(house.mine)

    for door in doors_with_ids():
        role = allowed(house, door)
        if role and door.route.count("uuid:") > 1:
            theirs = {**{f"{begin}/{n}": v for begin in ("patients", "visits") for n, v in places(house.theirs).items()}}  # fmt: skip
            paths = door.address(mine | theirs), door.address(mine | unknown(theirs))
            faults += compared(house, role, method_of(door), *paths)

    assert faults == []


def test_a_cashier_sees_no_shift_of_a_colleague(house):
    other = User.objects.create_user("second-till", roles=[Role.CASHIER])
    house.staff[Role.CASHIER], before = other, house.staff[Role.CASHIER]
    faults = []

    for address in ("/shifts/{}/", "/shifts/{}/paper/", "/shift/{}/close/"):
        method = "POST" if "close" in address else "GET"
        paths = (address.format(one) for one in (house.mine.shift, uuid4()))
        faults += compared(house, Role.CASHIER, method, *paths)

    house.staff[Role.CASHIER] = before
    assert faults == []


def test_a_document_of_a_category_that_is_not_ones_own_is_not_there(house):
    """A desk looks into no wound. Who places holds knows that it is there, and looks into none."""
    by = house.staff[Role.CLINICIAN]
    wound = add_document(house.mine.patient, by=by, category="photo", title="Wound")
    faults, asked = [], 0

    for role in Role:
        user = house.staff[role]
        known = listed_for(user).filter(pk=wound.pk).exists()
        inside = (door for door in documents() if "<int:" in door.route or not known)
        for door in inside if not documents_for(user).filter(pk=wound.pk).exists() else ():
            if user.has_perm(door.permission):
                asked += 1
                there, nowhere = ({"document_id": str(one)} for one in (wound.pk, uuid4()))
                paths = door.address(there), door.address(nowhere)
                faults += compared(house, role, method_of(door), *paths)

    assert (asked > 0, faults) == (True, [])


def documents() -> list[matrix.Door]:
    return [door for door in matrix.doors() if door.route.startswith("documents/")]


def in_queries(house: House) -> Iterator[tuple[Role, str, str]]:
    """Who asks, where, and the id of another patient's that is put into it."""
    mine, theirs = house.mine, house.theirs
    specimen = Specimen.objects.filter(patient=theirs.patient)[0]
    dispensed = theirs.patient.dispenses.first().pk
    order = LabRequest.objects.filter(patient=theirs.patient)[0].pk
    line = PrescriptionItem.objects.filter(patient=theirs.patient)[0].pk
    booked = Appointment.objects.filter(patient=theirs.patient)[0].pk
    yield Role.LAB, f"/lab/{mine.patient.pk}/labels/?sample=", specimen.accession
    yield Role.LAB, f"/lab/{mine.patient.pk}/report/?visit=", str(theirs.visit.pk)
    yield Role.LAB, f"/lab/?of={mine.patient.pk}&amend=", str(order)
    yield Role.PHARMACIST, f"/pharmacy/{mine.prescription.pk}/labels/?of=", str(dispensed)
    yield Role.PHARMACIST, f"/pharmacy/{mine.prescription.pk}/?done=", str(dispensed)
    yield Role.CLINICIAN, f"/visits/{mine.visit.pk}/prescribing/?line=", str(line)
    yield Role.CLINICIAN, f"/patients/{mine.patient.pk}/problems/?visit=", str(theirs.visit.pk)
    yield Role.RECEPTIONIST, f"/patients/{mine.patient.pk}/book/?provider=", str(theirs.patient.pk)
    yield Role.RECEPTIONIST, f"/patients/{mine.patient.pk}/arrive/?appointment=", str(booked)


def test_ids_in_the_query_of_an_address_reach_nobody_else(house):
    faults = []
    for role, address, there in in_queries(house):
        nowhere = str(uuid4()) if is_id(there) else "999999-9999-9"
        faults += compared(house, role, "GET", address + there, address + nowhere)

    assert faults == []


def in_forms(house: House) -> Iterator[tuple[Role, str, str, str, dict[str, str]]]:
    """Who sends, where, the field, another's id in it, and what else is sent."""
    mine, theirs = house.mine, house.theirs
    charge = Charge.objects.filter(patient=theirs.patient, state="open")[0].pk
    invoice = theirs.patient.invoices.first().pk
    line = PrescriptionItem.objects.filter(patient=theirs.patient)[0].pk
    order = LabRequest.objects.filter(patient=theirs.patient)[0].pk
    pay = {"key": str(uuid4()), "method": "cash", "amount_cash": "7.00", "to_pay": "7.00"}
    pay |= {"to_bill": "7.00", "opening_float": "10.00"}
    off = {"kind": "percent", "value": "5", "reason": "kind"}
    till, visit = f"/till/{mine.patient.pk}", f"/visits/{mine.visit.pk}/prescribing"
    yield Role.CASHIER, f"{till}/take/", "charge", str(charge), pay
    yield Role.CASHIER, f"{till}/take/", "invoice", str(invoice), pay
    yield Role.CASHIER, f"{till}/discount/", "charge", str(charge), off
    yield Role.CLINICIAN, f"{visit}/add/", "line", str(line), {"text": "amox 500 tds 5/7"}
    yield Role.CLINICIAN, f"{visit}/add/", "instead", str(line), {"text": "amox 500 tds 5/7"}
    yield Role.CLINICIAN, f"{visit}/repeat/", "last", str(line), {}
    yield Role.CLINICIAN, f"/visits/{mine.visit.pk}/orders/send/", "test", str(order), {}
    yield Role.LAB, f"/lab/{mine.patient.pk}/told/", "request", str(order), {"told_to": "Amina", "how": "phone", "read_back": "on"}  # fmt: skip
    yield Role.LAB, f"/lab/{mine.patient.pk}/verify/", "request", str(order), {}


def test_ids_in_forms_reach_nobody_else(house):
    faults = []
    for role, path, key, there, more in in_forms(house):
        sent = {key: (there, str(uuid4())), **{name: (v, v) for name, v in more.items()}}
        faults += compared(house, role, "POST", path, path, sent)

    assert faults == []


@pytest.mark.parametrize("role", Role)
def test_topics_tell_who_may_not_hear_nothing_of_what_exists(role, house):
    faults = []
    for topic, permission in (("patient", "patients.view"), ("visit", "patients.view_clinical")):
        if house.staff[role].has_perm(permission):
            continue
        there = (getattr(house.mine, topic)).pk
        for address in ("/api/sync/events?after={}~0", "/live/viewers/?topic={}", "/live/writers/?topic={}"):  # fmt: skip
            paths = (address.format(f"{topic}:{one}") for one in (there, uuid4()))
            faults += compared(house, role, "GET", *paths)

    assert faults == []
