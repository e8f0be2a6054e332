"""The page on which somebody chooses, field by field, between their words and a colleague's.

It posts back to the form's own address: every field as mine, `theirs-FIELD` beside it, `choose-FIELD`
where a choice was made; `version` and `base` are the colleague's, `was` is what I started from.
`must` names fields to be chosen, `undo` takes back what was taken already, `reopened` remembers it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm, BoundField
from django.http import QueryDict

from core.accounts.models import User
from core.editing.versions import Conflict, Field, sealed, unsealed

THEIRS = "theirs"


@dataclass(frozen=True)
class Row:
    """One field as the page shows it: values in words, `raw` as forms send them."""

    raw: Field
    label: str
    before: str
    mine: str
    theirs: str
    choice: str

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def taken(self) -> str:
        return self.theirs if self.choice == THEIRS else self.mine


@dataclass(frozen=True)
class Comparison:
    """What both changed, what one of the two changed (taken already), what stayed the same."""

    both: list[Row]
    one: list[Row]
    same: list[Row]
    reopened: list[str]
    version: int
    base: str
    was: str
    their_name: str

    @property
    def open(self) -> list[Row]:
        """Still to choose."""
        return [row for row in self.both if not row.choice]


def compare(
    form: BaseForm, sent: QueryDict, shown: Mapping[str, Any], conflict: Conflict
) -> Comparison:
    """What was `sent` beside `shown`, the form as the colleague's save makes it."""
    was = sent.get("was") or sent.get("base", "")
    current = Conflict(shown, conflict.version, conflict.by)
    rows = [_row(form[one.name], one, sent) for one in current.fields(unsealed(was), sent.dict())]
    by_one = [row for row in rows if row.raw.changed_by in ("mine", THEIRS)]
    reopened = [row.name for row in by_one if row.name in _taken_back(sent)]
    return Comparison(
        both=[row for row in rows if row.raw.changed_by == "both" or row.name in reopened],
        one=[row for row in by_one if row.name not in reopened],
        same=[row for row in rows if row.raw.changed_by in ("nobody", "same")],
        reopened=reopened,
        version=conflict.version,
        base=sealed(shown),
        was=was,
        their_name=_name(conflict.by),
    )


def expected_version(sent: QueryDict) -> int:
    """The version a form came from.

    -1, which nothing has, for what is no number, and for this page sent to take something back or
    with a field not chosen yet: then it is shown again.
    """
    version = sent.get("version", "")
    missing = [name for name in sent.getlist("must") if not sent.get(f"choose-{name}")]
    if missing or sent.get("undo") or not version.isdecimal() or len(version) > 9:
        return -1
    return int(version)


def resolved(sent: QueryDict) -> dict[str, str]:
    """What a form was sent with; from this page, each field as it was chosen there."""
    fields = {name: sent.get(name, "") for name in sent}
    chosen = [name.removeprefix("choose-") for name, value in fields.items() if value == THEIRS]
    theirs = {name: fields.get(f"theirs-{name}", "") for name in chosen if name in fields}
    return {**fields, **theirs}


def form_values(form: BaseForm) -> dict[str, Any]:
    """Every visible field as the form writes it."""
    return {bound.name: bound.value() or "" for bound in form.visible_fields()}


def _row(bound: BoundField, field: Field, sent: QueryDict) -> Row:
    return Row(
        raw=field,
        label=str(bound.label),
        before=_in_words(bound, field.before),
        mine=_in_words(bound, field.mine),
        theirs=_in_words(bound, field.theirs),
        choice=_choice(field, sent),
    )


def _choice(field: Field, sent: QueryDict) -> str:
    if field.name == sent.get("undo"):
        return ""
    is_taken = field.changed_by in ("mine", THEIRS) and field.name not in _taken_back(sent)
    return field.changed_by if is_taken else sent.get(f"choose-{field.name}", "")


def _taken_back(sent: QueryDict) -> set[str]:
    return {*sent.getlist("reopened"), sent.get("undo", "")}


def _in_words(bound: BoundField, value: str) -> str:
    choices = dict(getattr(bound.field, "choices", ()))
    return str(choices.get(value, value))


def _name(user_id: object) -> str:
    user = User.objects.filter(pk=str(user_id)).first() if user_id else None
    return user.display_name if user else "Somebody"
