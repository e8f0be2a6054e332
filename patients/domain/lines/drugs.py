"""Which medicine is meant: names, brands, beginnings of names, and typing errors."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from patients.domain.lines.products import Product

SHORTEST = 2
NO_TYPO_BELOW = 4
TWO_TYPOS_FROM = 8
EXACT, BEGINS, WORDS, SOUNDS, INSIDE, TYPO = 6, 5, 4, 3, 2, 1
SAME_SOUND = (
    ("ph", "f"),
    ("ae", "e"),
    ("oe", "e"),
    ("th", "t"),
    ("y", "i"),
    ("ks", "x"),
    ("ck", "k"),
)


@dataclass(frozen=True)
class Found:
    """Products that a name may mean. `how` says how sure it is (EXACT to TYPO)."""

    products: tuple[Product, ...] = ()
    how: int = 0


@dataclass(frozen=True)
class Formulary:
    """What can be prescribed, and other names for it ({name: generic name})."""

    products: tuple[Product, ...]
    also: Mapping[str, str]

    @cached_property
    def names(self) -> dict[str, list[Product]]:
        """Every name in small letters, and the products that bear it."""
        found: dict[str, list[Product]] = {}
        of_generic: dict[str, list[Product]] = {}
        for product in self.products:
            of_generic.setdefault(product.generic.lower(), []).append(product)
            for name in names_of(product):
                found.setdefault(name, []).append(product)
        for name, generic in self.also.items():
            known = of_generic.get(generic.lower(), [])
            found.setdefault(name.lower(), []).extend(p for p in known)
        return {name: list(dict.fromkeys(products)) for name, products in found.items()}

    @cached_property
    def labels(self) -> dict[str, Product]:
        return {product.label.lower(): product for product in self.products}

    def find(self, typed: str) -> Found:
        """The products that the words may mean; those that fit best, and no others."""
        words = " ".join(typed.lower().split())
        if len(words) < SHORTEST:
            return Found()
        scores = {name: likeness(words, name) for name in self.names}
        best = max(scores.values(), default=0)
        if not best:
            return Found()
        hits = [p for name, score in scores.items() if score == best for p in self.names[name]]
        return Found(tuple(dict.fromkeys(hits)), best)

    def name_at_start(self, text: str) -> tuple[str, tuple[Product, ...]] | None:
        """The longest label or whole name that the text begins with, in small letters."""
        for known in (self.labels, self.names):
            begins = [name for name in known if starts(text, name)]
            if begins:
                longest = max(begins, key=len)
                meant = known[longest]
                return longest, (meant,) if isinstance(meant, Product) else tuple(meant)
        return None


def starts(text: str, name: str) -> bool:
    """Whether the text begins with the whole name."""
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def names_of(product: Product) -> Iterable[str]:
    """`Cefalexin (cephalexin)` bears both names."""
    whole, _, rest = product.name.partition(" (")
    aliases = [part.strip() for part in re.split(r"[()]", rest) if part.strip()]
    return dict.fromkeys(
        name.lower() for name in (product.name, whole, *aliases, product.generic) if name
    )


def likeness(typed: str, name: str) -> int:
    """How well the typed words fit the name; 0 if they do not."""
    if typed == name:
        return EXACT
    if name.startswith(typed):
        return BEGINS
    if all_begin(typed.split(), name.split()):
        return WORDS if name.startswith(typed[0]) else INSIDE
    return sounds(fold(typed), fold(name))


def all_begin(typed: list[str], words: list[str]) -> bool:
    """Whether each typed word begins a word of the name, in order: `amox clav`."""
    rest = iter(words)
    return all(any(word.startswith(one) for word in rest) for one in typed if one)


def fold(name: str) -> str:
    """Spellings that sound alike become one: cephalexin is cefalexin."""
    for typed, plain in SAME_SOUND:
        name = name.replace(typed, plain)
    return re.sub(r"(.)\1", r"\1", name)


def sounds(typed: str, name: str) -> int:
    if name.startswith(typed):
        return SOUNDS
    allowed = typos_allowed(typed)
    if not allowed or typed[0] != name[0]:
        return 0
    ends = {len(typed) + by for by in (-1, 0, 1)}
    near = min((distance(typed, name[:end]) for end in ends if end <= len(name) + 1), default=9)
    return TYPO if near <= allowed else 0


def typos_allowed(typed: str) -> int:
    if len(typed) < NO_TYPO_BELOW:
        return 0
    return 2 if len(typed) >= TWO_TYPOS_FROM else 1


def distance(one: str, other: str) -> int:
    """How many letters to add, drop, change or swap."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, theirs in enumerate(other, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (letter != theirs))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == theirs
            row.append(min(cost, last[j - 2] + 1) if swapped else cost)
    return row[-1]
