"""Practitioners become users who cannot sign in: their names stand on what they did."""

import re

from core.accounts.models import User
from core.capture.names import entity_type
from core.importing.incoming import Incoming, Row, Taken
from core.importing.node import Node
from core.importing.registry import Handler, Turn

PRACTITIONERS = ("Practitioner", "PractitionerRole")
# No password has this hash.
UNUSABLE = "!imported"
NAME_LENGTH = 150
USER = entity_type(User)


def take_practitioner(incoming: Incoming) -> Taken:
    """An inactive user without roles and password; an administrator may give them."""
    node = incoming.node
    name = _official(node)
    given = " ".join(name.texts("given"))
    family = name.text("family") or ("" if given else name.text("text"))
    values = {
        "id": incoming.id,
        "username": _username(family, given, incoming.id),
        "password": UNUSABLE,
        "title": " ".join(name.texts("prefix"))[:20],
        "given_name": given[:NAME_LENGTH],
        "family_name": family[:NAME_LENGTH],
        "email": _contact(node, "email"),
        "phone": _contact(node, "phone"),
        "is_active": False,
        "metadata": node.rest(),
    }
    return Taken(incoming, (USER, incoming.id), [Row(User, values)])


def take_role(incoming: Incoming) -> Taken:
    """Who refers to a role means its practitioner; the role itself is kept as it is."""
    user = incoming.find_at(incoming.node, "practitioner", "Practitioner")
    entity = (USER, user) if user else ("", "")
    return Taken(incoming, entity, body=incoming.node.value)


def _official(node: Node) -> Node:
    names = node.children("name")
    official = [name for name in names if name.text("use") == "official"]
    return next(iter(official or names), Node({}, "name"))


def _contact(node: Node, system: str) -> str:
    values = (c.text("value") for c in node.children("telecom") if c.text("system") == system)
    return next(values, "")


def _username(family: str, given: str, user_id: str) -> str:
    words = re.sub(r"[^\w]+", "-", f"{given}.{family}".lower(), flags=re.ASCII).strip("-.")
    return f"{words[:100] or 'practitioner'}-{user_id[:8]}"


HANDLERS = {
    "Practitioner": Handler(take_practitioner, turn=Turn.GROUND, is_sought=True, entity=USER),
    "PractitionerRole": Handler(
        take_role,
        turn=Turn.PEOPLE,
        links={"practitioner": ["Practitioner"]},
        is_sought=True,
        entity=USER,
    ),
}
