"""Patient becomes a patient, his numbers elsewhere patient identifiers."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from core.capture.names import entity_type
from core.clock import today
from core.importing.errors import ImportRefused
from core.importing.incoming import Incoming, Row, Taken
from core.importing.moments import is_exact
from core.importing.node import Node
from core.importing.registry import Handler, Turn
from core.phones import as_reported
from patients.models import Patient, PatientIdentifier

PATIENT = entity_type(Patient)
SEXES = frozenset(Patient.Sex.values)
EARLIEST_BIRTH = date(1880, 1, 1)
NATIONAL_TYPES = {"SS", "NI", "NNUSA", "NNGBR", "NNDEU", "NNFRA"}
SSN = "http://hl7.org/fhir/sid/us-ssn"
# They turn the direction of the text around: a name could pretend to be another.
DIRECTION = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def take_patient(incoming: Incoming) -> Taken:
    """A patient. Raises ImportRefused when the id belonged to somebody else before."""
    node = incoming.node
    values = {
        "id": incoming.id,
        **_names(node),
        **_birth(node),
        "sex": node.text("gender", among=SEXES) or Patient.Sex.UNKNOWN.value,
        "deceased_at": _death(node),
        **_contacts(node),
        "language": _language(node)[:20],
        "metadata": node.rest("gender"),
    }
    _refuse_somebody_else(incoming, values)
    rows = [Row(Patient, values), *_identifiers(incoming)]
    return Taken(incoming, (PATIENT, incoming.id), rows)


def _names(node: Node) -> dict[str, str]:
    names = sorted(node.children("name"), key=lambda name: name.text("use") != "official")
    first = names[0] if names else Node({}, "name[0]")
    family, given = _family(first), _checked(first, "given", " ".join(first.texts("given")), 200)
    others = [" ".join((*name.texts("given"), _family(name))) for name in names[1:]]
    return {
        "family_name": family,
        "given_names": given,
        "other_names": "; ".join(dict.fromkeys(filter(None, others)))[:300],
    }


def _family(name: Node) -> str:
    whole = "" if name.texts("given") else name.text("text")
    return _checked(name, "family", name.text("family") or whole, 200)


def _checked(name: Node, key: str, text: str, most: int) -> str:
    """The name in its composed form; one that could not be shown as it is, is refused."""
    if len(text) > most:
        raise name.unfit(key, f"is longer than {most} characters")
    for character in text:
        if unicodedata.category(character) == "Cc" or character in DIRECTION:
            raise name.unfit(key, f"contains the control character U+{ord(character):04X}")
    return unicodedata.normalize("NFC", text)


def _birth(node: Node) -> dict[str, Any]:
    """An unbelievably early date, as of a shifted record, is kept in `metadata` alone."""
    born = node.day("birthDate")
    if born and born > today():
        raise node.unfit("birthDate", "lies in the future")
    if not born or born < EARLIEST_BIRTH:
        return {"birth_date": None, "birth_date_estimated": False}
    return {"birth_date": born, "birth_date_estimated": not is_exact(node.text("birthDate"))}


def _death(node: Node) -> datetime | None:
    """Where only the fact is known, the time the record was last touched stands for it."""
    died = node.moment("deceasedDateTime")
    if died and died > datetime.now(UTC):
        raise node.unfit("deceasedDateTime", "lies in the future")
    if died is None and node.flag("deceasedBoolean"):
        return node.child("meta").moment("lastUpdated") or datetime.now(UTC)
    return died


def _contacts(node: Node) -> dict[str, str]:
    kin = node.first("contact")
    name = kin.child("name")
    relation = kin.first("relationship").as_concept().text
    who = name.text("text") or " ".join((*name.texts("given"), name.text("family"))).strip()
    return {
        "phone": as_reported(_telecom(node, "phone")),
        "email": _telecom(node, "email"),
        "address": _address(node.first("address")),
        "national_id": _national_id(node),
        "next_of_kin": f"{who} ({relation})" if who and relation else who,
        "next_of_kin_phone": as_reported(_telecom(kin, "phone")),
    }


def _telecom(node: Node, system: str) -> str:
    contacts = [c for c in node.children("telecom") if c.text("system") == system]
    mobile_first = sorted(contacts, key=lambda c: c.text("use") != "mobile")
    return mobile_first[0].text("value") if mobile_first else ""


def _address(address: Node) -> str:
    town = " ".join(filter(None, (address.text("state"), address.text("postalCode"))))
    parts = (*address.texts("line"), address.text("city"), town, address.text("country"))
    return address.text("text") or ", ".join(filter(None, parts))


def _national_id(node: Node) -> str:
    for identifier in node.children("identifier"):
        codes = {coding.text("code") for coding in identifier.child("type").children("coding")}
        if identifier.text("system") == SSN or codes & NATIONAL_TYPES:
            return identifier.text("value")
    return ""


def _language(node: Node) -> str:
    spoken = sorted(node.children("communication"), key=lambda c: not c.flag("preferred"))
    return spoken[0].concept("language").code if spoken else ""


def _identifiers(incoming: Incoming) -> list[Row]:
    return [
        Row(
            PatientIdentifier,
            {
                "id": incoming.part_id(f"identifier|{name}"),
                "patient_id": incoming.id,
                "system": name.partition("|")[0][:300],
                "value": name.partition("|")[2],
            },
        )
        for name in dict.fromkeys(incoming.identifiers())
    ]


def remembered(batch: Sequence[Incoming]) -> dict[str, tuple[str, date | None]]:
    """Family name and birth date of those patients of the batch who are known already."""
    known = [incoming.id for incoming in batch if incoming.previous]
    rows = Patient.objects.filter(pk__in=known).values_list("pk", "family_name", "birth_date")
    return {str(pk): (family, born) for pk, family, born in rows}


def _refuse_somebody_else(incoming: Incoming, values: dict[str, Any]) -> None:
    family, born = incoming.prepared.get(incoming.id, ("", None))
    if family and born and family != values["family_name"] and born != values["birth_date"]:
        raise ImportRefused(
            f"{incoming.key} is another person than the one imported from "
            f"{incoming.key.source} before. Give these files a name of their own with --source."
        )


HANDLERS = {
    "Patient": Handler(
        take_patient, turn=Turn.PEOPLE, prepare=remembered, is_sought=True, entity=PATIENT
    ),
}
