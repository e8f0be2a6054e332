"""Topics: what a page can listen to, which rows concern it, and who may listen."""

import re
from collections.abc import Callable, Iterable

from core.accounts.models import User
from core.relay.rows import Row

Namer = Callable[[Row], Iterable[str]]
Rule = Callable[[User, str], bool]

SHAPE = re.compile(r"[a-z_]{1,40}(:[A-Za-z0-9_-]{1,60})?")
_more: dict[str, list[Namer]] = {}
_rules: dict[str, Rule] = {}


def register(entity_type: str, namer: Namer) -> None:
    """Rows of this type also concern the topics `namer` gives, such as a list's."""
    known = _more.setdefault(entity_type, [])
    if namer not in known:
        known.append(namer)


def allow(prefix: str, rule: Rule) -> None:
    """Who may listen to `prefix:key`: `rule(user, key)`. A topic without a rule is refused."""
    _rules[prefix] = rule


def known() -> list[str]:
    """The prefixes somebody may listen to."""
    return sorted(_rules)


def of_row(row: Row) -> list[str]:
    """The patient's topic, or else the thing's own, and those registered for its type."""
    own = f"patient:{row.patient_id}" if row.patient_id else f"{row.entity_type}:{row.entity_id}"
    extra = (topic for namer in _more.get(row.entity_type, ()) for topic in namer(row))
    return list(dict.fromkeys([own, *extra]))


def may_listen(user: User, topic: object) -> bool:
    """Whether the user may hear of this topic; False for anything that is no topic at all."""
    if not isinstance(topic, str) or not SHAPE.fullmatch(topic):
        return False
    prefix, _, key = topic.partition(":")
    rule = _rules.get(prefix)
    return rule is not None and rule(user, key)
