"""A person's browser window, as far as a script needs one: pages, forms, a session."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from bs4 import BeautifulSoup, Tag

PATIENCE_SECONDS = 20.0
GOES_ALONG = ("checkbox", "radio")
BUTTONS = ("submit", "button", "image", "reset", "file")


class NotWorking(Exception):
    """A page did not answer as it should; says which, and how."""


@dataclass(frozen=True)
class Form:
    """A form of a page with what it holds at this moment."""

    url: str
    is_fragment: bool
    fields: dict[str, list[str]]

    def filled(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        """Its fields with these put in; a list ticks several."""
        typed = {k: v if isinstance(v, list) else [str(v)] for k, v in values.items()}
        return {**self.fields, **typed}


class Page:
    """What came back."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.tree = BeautifulSoup(answer.text, "html.parser")

    @property
    def path(self) -> str:
        return self.answer.url.path

    def all(self, selector: str) -> list[Tag]:
        return list(self.tree.select(selector))

    def first(self, selector: str) -> Tag | None:
        return self.tree.select_one(selector)

    def form(self, selector: str) -> Form | None:
        """The form that this form or button sends; None if the page has no such thing."""
        found = self.first(selector)
        return self.form_of(found) if found is not None else None

    def form_of(self, thing: Tag) -> Form:
        """A form; or what a button sends: its own form, one named by it, or none but its address."""
        named = attribute(thing, "form") or attribute(thing, "hx-include").lstrip("#")
        around = thing if thing.name == "form" else thing.find_parent("form")
        form = self.first(f"[id='{named}']") if named else around
        return read_form(form if isinstance(form, Tag) else thing, thing, self.path)

    def link(self, selector: str) -> str:
        """Where the first such link leads, or nothing."""
        return attribute(self.first(selector), "href")


def read_form(form: Tag, pressed: Tag | None, path: str) -> Form:
    """Where it goes and what it would send, with the name and value of the button pressed."""
    button = pressed if pressed is not None and pressed.name == "button" else None
    target = attribute(button, "hx-post") or attribute(form, "hx-post")
    url = target or attribute(button, "formaction") or attribute(form, "action") or path
    fields: dict[str, list[str]] = {}
    for name, value in values_of(form):
        fields.setdefault(name, []).append(value)
    if button is not None and button.get("name"):
        fields[attribute(button, "name")] = [attribute(button, "value")]
    return Form(url, bool(target), fields)


def values_of(form: Tag) -> list[tuple[str, str]]:
    """Name and value of every control that would be sent."""
    controls = form.select("input[name], textarea[name], select[name]")
    sent = [c for c in controls if not c.has_attr("disabled")]
    return [(attribute(c, "name"), value) for c in sent for value in value_of(c)]


def value_of(control: Tag) -> list[str]:
    kind = attribute(control, "type")
    if control.name == "textarea":
        return [control.get_text()]
    if control.name == "select":
        chosen = control.select("option[selected]") or control.select("option")[:1]
        return [attribute(option, "value") for option in chosen]
    if kind in BUTTONS or (kind in GOES_ALONG and not control.has_attr("checked")):
        return []
    # A box that names no value sends "on"; one whose value is empty sends that.
    return [str(control.get("value", "on" if kind in GOES_ALONG else ""))]


def attribute(tag: Tag | None, name: str) -> str:
    """Its value, empty where it has none."""
    return str(tag.get(name) or "") if tag is not None else ""


class Window:
    """Somebody signed in. Raises NotWorking for whatever a person would complain about."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, follow_redirects=True)

    def sign_in(self, username: str, password: str) -> Page:
        page = self.open("/sign-in/")
        form = page.form("form")
        if form is None:
            raise NotWorking("There is no form to sign in.")
        arrived = self.send(form, username=username, password=password)
        if arrived.path.startswith("/sign-in/"):
            raise NotWorking(f"{username} could not sign in.")
        return arrived

    def open(self, path: str, *, fragment: bool = False) -> Page:
        headers = {"HX-Request": "true"} if fragment else {}
        return self._page(self.client.get(path, headers=headers))

    def send(self, form: Form, **values: Any) -> Page:
        """Submit a form; a form that htmx sends is sent as htmx does."""
        headers = {"X-CSRFToken": self.client.cookies.get("csrftoken") or "", "Referer": ""}
        headers["Referer"] = str(self.client.base_url)
        headers |= {"HX-Request": "true"} if form.is_fragment else {}
        answer = self.client.post(form.url, data=form.filled(values), headers=headers)
        if moved := answer.headers.get("HX-Redirect"):
            return self.open(moved)
        return self._page(answer)

    def session(self) -> str:
        """The cookie that a socket needs."""
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())

    def close(self) -> None:
        self.client.close()

    def _page(self, answer: httpx.Response) -> Page:
        if answer.status_code >= 400 and answer.status_code not in (409, 422):
            raise NotWorking(f"{answer.request.method} {answer.url.path}: {answer.status_code}")
        return Page(answer)
