"""What a page offers to send: tests fill in the form that is really there."""

from html.parser import HTMLParser
from typing import Any

Fields = dict[str, list[str]]


class _FormReader(HTMLParser):
    """Collects the fields of one form as a browser would send them."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.fields = form_id, Fields()
        self._inside = False
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("id") == self.form_id
        elif self._inside and tag == "input":
            self._input(given)
        elif self._inside and tag == "textarea":
            self._text = given["name"]
            self.fields[self._text] = [""]
        elif self._inside and tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in given:
            self.fields[self._select] = [given["value"]]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._text is not None:
            self.fields[self._text][0] = self.fields[self._text][0].removeprefix("\n")
            self._text = None
        elif tag == "select":
            self._select = None

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        chosen = kind not in ("radio", "checkbox") or "checked" in given
        if "name" in given and kind not in ("submit", "button") and chosen:
            self.fields.setdefault(given["name"], []).append(
                given.get("value", "on" if kind == "checkbox" else "")
            )


def form_on(response: Any, form_id: str) -> Fields:
    """Every field of the form with its values, as a browser would send it untouched."""
    reader = _FormReader(form_id)
    reader.feed(response.content.decode())
    assert reader.fields, f"There is no form {form_id} on the page."  # noqa: S101  (of tests)
    return reader.fields
