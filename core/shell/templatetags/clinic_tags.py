"""The words and widgets of every template: `{% load clinic_tags %}` is done for all of them."""

from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, RadioSelect
from django.forms.utils import ErrorList
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.phones import in_groups
from core.shell import drawings, icons, toasts, words
from core.shell.tall_man import tall_man

register = template.Library()

register.filter("clinic_date", words.clinic_date)
register.filter("clinic_time", words.clinic_time)
register.filter("clinic_datetime", words.clinic_datetime)
register.filter("age", words.age)
register.filter("age_in_short", words.age_in_short)
register.filter("mrn", words.mrn)
register.filter("grouped", words.grouped)
register.filter("quantity", words.quantity)
register.filter("dose", words.dose)
register.filter("money", words.money)
register.filter("phone", in_groups)
register.filter("minutes", words.minutes)
register.filter("tall_man", tall_man)
register.filter("toast_parts", toasts.parts)
register.simple_tag(icons.icon, name="icon")
register.simple_tag(drawings.sparkline, name="sparkline")
register.simple_tag(drawings.gauge, name="gauge")

SEVERAL_IN_A_ROW = 5


@register.filter
def person_name(person: Any) -> str:
    """`OKORO, Grace` of a patient or a user, as plain text."""
    return words.person_name(person.family_name, _given(person))


@register.simple_tag
def person(whom: Any) -> SafeString:
    """`<bdi><b>OKORO</b>, Grace</bdi>`: the name kept together with its own writing direction."""
    family, given = whom.family_name.strip().upper(), _given(whom).strip()
    if not family and not given:
        return format_html('<bdi class="name">{}</bdi>', "Name not known")
    comma = ", " if family and given else ""
    return format_html('<bdi class="name"><b>{}</b>{}{}</bdi>', family, comma, given)


@register.filter
def initials(person: Any) -> str:
    """`GO`: given name first, as on a badge."""
    return f"{_given(person)[:1]}{person.family_name[:1]}".upper()


@register.simple_tag
def when(moment: date | None, form: str = "") -> SafeString | str:
    """A `<time>` that never breaks. form: date, lately (a day of this year, else the year), time, hour
    (nothing where only the day is known), or ago (minutes passed; the moment on hover)."""
    if not isinstance(moment, date):
        return words.NOT_KNOWN
    forms = {
        "date": words.clinic_date,
        "lately": words.clinic_lately,
        "time": words.clinic_time,
        "hour": words.clinic_hour,
        "ago": words.minutes,
    }
    shown = forms.get(form, words.clinic_datetime)(moment)  # type: ignore[arg-type]
    exact = words.clinic_datetime(moment)  # type: ignore[arg-type]
    stamp = words.local(moment).isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, exact, shown)


@register.simple_tag
def field(bound: BoundField, **options: Any) -> str:
    """A form's field with label, hint and error (components/field.html).

    Options: label, hint, unit, cls (classes of the place in the grid), autofocus.
    """
    kind = _kind(bound)
    hint = options.pop("hint", bound.help_text)
    one_control = kind in ("box", "check")
    if options.get("autofocus") and not one_control:
        bound.subwidgets[0].data["attrs"]["autofocus"] = True
    widget = bound.as_widget(attrs=_attrs(bound, kind, hint, options)) if one_control else ""
    context = {"field": bound, "kind": kind, "widget": widget, "hint": hint, **options}
    return render_to_string("components/field.html", context)


@register.simple_tag
def error_summary(form: BaseForm) -> str:
    """What is to be put right, on top of the form, each with a link to its field."""
    if not form.errors:
        return ""
    lines = [(form[name], error) for name, errors in _of_fields(form) for error in errors]
    general: ErrorList = form.non_field_errors()
    return render_to_string("components/error_summary.html", {"lines": lines, "general": general})


@register.simple_block_tag
def card(content: str, title: str = "", **options: Any) -> str:
    """`{% card "Problems" note="2 active" %}…{% endcard %}` (components/card.html)."""
    return render_to_string("components/card.html", {"body": content, "title": title, **options})


@register.simple_block_tag
def note(content: str, kind: str = "act") -> str:
    """A sentence set apart: `{% note "warn" %}…{% endnote %}`; act, warn, danger or ok."""
    return render_to_string("components/note.html", {"body": content, "kind": kind})


@register.simple_block_tag
def dialog(content: str, id: str, title: str, **options: Any) -> str:
    """A dialog that `data-opens="ID"` opens (components/dialog.html)."""
    return render_to_string(
        "components/dialog.html", {"body": content, "id": id, "title": title, **options}
    )


@register.simple_block_tag
def actions(content: str, **options: Any) -> str:
    """The bar of acts under the work (components/actions.html)."""
    return render_to_string("components/actions.html", {"body": content, **options})


def _given(person: Any) -> str:
    """Patients have given names, users one."""
    return str(getattr(person, "given_names", "") or getattr(person, "given_name", ""))


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, RadioSelect):
        return "seg" if len(list(bound)) <= SEVERAL_IN_A_ROW else "list"
    return "check" if isinstance(widget, CheckboxInput) else "box"


def _attrs(bound: BoundField, kind: str, hint: str, options: dict[str, Any]) -> dict[str, Any]:
    """Our classes beside the widget's own, and which words describe the field."""
    classes = [bound.field.widget.attrs.get("class", ""), "box" if kind == "box" else ""]
    told = [
        f"{bound.auto_id}_helptext" if hint else "",
        f"{bound.auto_id}_error" if bound.errors else "",
    ]
    attrs: dict[str, Any] = {"class": " ".join(filter(None, classes))}
    if any(told):
        attrs["aria-describedby"] = " ".join(filter(None, told))
    if options.get("autofocus"):
        attrs["autofocus"] = True
    return attrs


def _of_fields(form: BaseForm) -> list[tuple[str, ErrorList]]:
    return [(name, errors) for name, errors in form.errors.items() if name in form.fields]
