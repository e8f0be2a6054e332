"""Links and buttons as data, for components that are given a few of them."""

from dataclasses import dataclass
from typing import Literal

Weight = Literal["", "main", "soft", "quiet", "danger"]


@dataclass(frozen=True)
class Act:
    """A verb somebody can press. With `url` a link, else a button.

    weight: one `main` a page; `soft` for the likely act on a card; `reason` says why it cannot be
    pressed now; `opens` is the id of a dialog; a `paper` opens in a window of its own.
    """

    text: str
    url: str = ""
    weight: Weight = ""
    icon: str = ""
    key: str = ""
    form: str = ""
    name: str = ""
    value: str = ""
    opens: str = ""
    reason: str = ""
    small: bool = False
    paper: bool = False

    @property
    def main(self) -> bool:
        return self.weight == "main"

    @property
    def type(self) -> str:
        return "button" if self.opens else "submit"

    @property
    def classes(self) -> str:
        weight = f"btn-{self.weight}" if self.weight else ""
        return f"{weight} {'btn-s' if self.small else ''}".strip()
