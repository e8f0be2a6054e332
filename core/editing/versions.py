"""Two people edit the same thing: what each changed, field by field, and nothing is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

from core.errors import Stale

SALT = "core.editing.versions"
Values = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field as it was, as I want it, and as somebody else has saved it."""

    name: str
    before: str
    mine: str
    theirs: str

    @property
    def changed_by(self) -> str:
        """`nobody`, `mine`, `theirs`, `same` (both alike) or `both`."""
        if self.mine == self.theirs:
            return "nobody" if self.mine == self.before else "same"
        if self.mine == self.before:
            return "theirs"
        return "mine" if self.theirs == self.before else "both"


class Conflict(Stale):
    """Somebody saved the thing meanwhile. `current` is what they saved, in version `version`."""

    def __init__(self, current: Mapping[str, Any], version: int, by: object) -> None:
        super().__init__("Somebody else saved this while you were writing.")
        self.current, self.version, self.by = dict(current), version, by

    def fields(self, base: Mapping[str, Any], mine: Mapping[str, Any]) -> list[Field]:
        """Every field of the form, compared as text."""
        names = [name for name in self.current if name in mine]
        return [
            Field(name, text(base.get(name)), text(mine[name]), text(self.current[name]))
            for name in names
        ]


def text(value: Any) -> str:
    """A value as a form writes it; browsers end the lines of a text in their own way."""
    return "" if value is None else str(value).replace("\r\n", "\n")


def sealed(values: Mapping[str, Any]) -> str:
    """What a form showed, for a hidden field; signed, since the comparison rests on it."""
    return signing.dumps({name: text(value) for name, value in values.items()}, salt=SALT)


def unsealed(token: str) -> Values:
    """What the form showed; {} when the token is not ours, so that every field counts as changed."""
    try:
        return dict(signing.loads(token, salt=SALT))
    except signing.BadSignature:
        return {}
