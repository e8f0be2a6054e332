"""Taking a typed line apart: each piece is found once, with the words that said it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from patients.domain.lines import frequencies, units
from patients.domain.lines.numbers import NUMBER, NUMBER_OR_WORD, number

GONE = "\x00"
UNIT = units.PATTERN
ROUTES = {
    "left eye": r"(?:in(?:to)? )?(?:the )?(?:left eye|l eye)",
    "right eye": r"(?:in(?:to)? )?(?:the )?(?:right eye|r eye)",
    "both eyes": r"(?:in(?:to)? )?(?:both eyes|each eye|b/e)",
    "left ear": r"(?:in(?:to)? )?(?:the )?left ear",
    "right ear": r"(?:in(?:to)? )?(?:the )?right ear",
    "both ears": r"(?:in(?:to)? )?(?:both ears|each ear)",
    "each nostril": r"(?:in(?:to)? |to |up )?(?:each|both|every) nostrils?",
    "oral": r"p\.?o\.?|oral(?:ly)?|by mouth|per os",
    "intramuscular": r"i\.?m\.?|intramuscular(?:ly)?",
    "intravenous": r"i\.?v\.?|intravenous(?:ly)?",
    "subcutaneous": r"s\.?c\.?|s/c|subcut|subq|sq|subcutaneous(?:ly)?|under the skin",
    "rectal": r"p\.?r\.?|rectal(?:ly)?",
    "vaginal": r"p\.?v\.?|vaginal(?:ly)?",
    "sublingual": r"s\.?l\.?|s/l|sublingual(?:ly)?|under the tongue",
    "inhalation": r"inh|inhaled?|by inhalation|inhalation",
    "topical": r"top|topical(?:ly)?|(?:on|to) (?:the )?skin",
    "nasal": r"nasal(?:ly)?|intranasal(?:ly)?",
    "eye": r"ophthalmic|(?:to|into|in) (?:the )?eyes?|eyes?",
    "otic": r"otic|(?:to|into|in) (?:the )?ears?",
    "infiltration": r"infiltration",
}
_ROUTES = {
    name: re.compile(rf"(?<![\w./])(?:{said})(?![\w/])", re.IGNORECASE)
    for name, said in ROUTES.items()
}
FORMS = [
    "suspension",
    "susp",
    "syrup",
    "syr",
    "solution",
    "soln",
    "liquid",
    "liq",
    "elixir",
    "tablets",
    "tablet",
    "tabs",
    "tab",
    "capsules",
    "capsule",
    "caps",
    "cap",
    "cream",
    "crm",
    "ointment",
    "oint",
    "ung",
    "gel",
    "inhaler",
    "mdi",
    "puffer",
    "drops",
    "drop",
    "spray",
    "injection",
    "inj",
    "pen",
    "neb",
    "nebs",
    "nebulised",
    "sachets",
    "sachet",
    "nebuliser",
    "nebulizer",
    "er",
    "xr",
    "sr",
    "mr",
    "cr",
    "xl",
    "la",
    "pr-tab",
    "ec",
    "gr",
    "odt",
    "chewable",
]
_FORM = re.compile(rf"(?<![\w-])({'|'.join(FORMS)})(?![\w-])", re.IGNORECASE)
_PRN = re.compile(
    r"(?<![\w.])(?:p\.?r\.?n\.?|sos|(?:as|if|when) (?:needed|required|necessary))(?!\w)",
    re.IGNORECASE,
)
_MAX = re.compile(r"(?<!\w)max(?:imum)?\b[^,;]*", re.IGNORECASE)
_MEAL = re.compile(r"(?<![\w.])(a\.?c\.?|p\.?c\.?|(?<!\d )c\.?c\.?)(?![\w.])", re.IGNORECASE)
MEALS = {"ac": "before food", "pc": "after food", "cc": "with food"}
_DAYS = re.compile(r"(?<![\w./])(?:x\s*|for\s+)?(\d+)\s*/\s*(7|52|12)(?![\d.])", re.IGNORECASE)
_LONG = re.compile(
    rf"(?<![\w.])(?<!\bin )(?<!\bafter )(?<!\bwithin )(?:x\s*|for\s+)?({NUMBER_OR_WORD})\s*-?\s*"
    r"(days?|d|weeks?|wks?|w|months?|mths?|mo|fortnights?)(?![\w/])",
    re.IGNORECASE,
)
LENGTHS = {"7": 1, "52": 7, "12": 30, "d": 1, "w": 7, "m": 30, "f": 14}
_SUPPLY = re.compile(
    rf"(?<!\w)(?:#|qty|quantity|disp(?:ense)?|supply|total(?: of)?)[:\s]*({NUMBER})"
    rf"(?:\s*(?:{UNIT}|bottles?|tubes?|inhalers?|pens?|packs?|boxes|box)(?:\s+of\s+{NUMBER}\s*\w*)?)?(?!\w)",
    re.IGNORECASE,
)
_PER_KG = re.compile(
    rf"(?<![\w.])({NUMBER})\s*({UNIT})\s*/\s*kg(?:\s*/\s*(day|d|dose))?(?!\w)", re.IGNORECASE
)
_CONC = re.compile(
    rf"(?<![\w.])({NUMBER})\s*({UNIT})\s*/\s*({NUMBER})?\s*(?:mls?|puff|dose)(?!\w)", re.IGNORECASE
)
_PERCENT = re.compile(rf"(?<![\w.])({NUMBER})\s*(?:%|percent)", re.IGNORECASE)
_PAIR = re.compile(
    rf"(?<![\w.])({NUMBER})\s*(?:{UNIT})?\s*/\s*({NUMBER})\s*({UNIT})?(?![\w/])", re.IGNORECASE
)
_DOSE = re.compile(
    rf"(?<![\w./])(?:dose\s+)?({NUMBER_OR_WORD})\s*(?:(?:-|to|or)\s*({NUMBER_OR_WORD})\s*)?({UNIT})(?![\w-])",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![\w.])(?<!\bin )(?<!\bafter )(?<!\bwithin )(?:dose\s+)?({NUMBER}|half)(?:\s*(?:-|to)\s*({NUMBER}))?(?![\w.%])(?!\s*(?:days|hours|weeks))",
    re.IGNORECASE,
)
_ALIKE = str.maketrans(
    {
        "\u00a0": " ",
        "µ": "u",
        "μ": "u",
        "\u00d7": "x",
        "\u2013": "-",
        "\u2014": ",",
        "\t": " ",
        "\n": " ",
    }
)
_SIGNS = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_FRACTION = re.compile(r"(?<![\d/.])(?:(\d+)\s+)?(1/2|1/4|3/4)(?![\d/])")
_PARTS = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75}
FILLERS = {"take", "give", "the", "of", "x", "for", "and", "a", "use", "apply", "inhale", "inject",
           "in", "to", "with", "instil", "put", "at", "by", "mouth"}  # fmt: skip

Spans = tuple[int, int]


def tidy(text: str) -> str:
    """One kind of blank, dash and micro sign; fractions as decimals."""
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, f" {meant}")
    plain = " ".join(text.translate(_ALIKE).split())
    return _FRACTION.sub(lambda found: f"{int(found[1] or 0) + _PARTS[found[2]]:g}", plain)


@dataclass
class Typed:
    """The text of which pieces are taken; `left` has what nobody took yet."""

    text: str
    left: str = ""
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = self.left or self.text

    def take(self, name: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The first match, which nobody else will find."""
        match = pattern.search(self.left)
        if match:
            self.cut(name, match.span())
        return match

    def cut(self, name: str, span: Spans) -> None:
        start, end = span
        self.said[name] = f"{self.said.get(name, '')} {self.text[start:end].strip()}".strip(" ,;")
        self.left = self.left[:start] + GONE * (end - start) + self.left[end:]

    def find(self, name: str, search: Callable[[str], frequencies.Found | None]) -> str:
        found = search(self.left)
        if found is None:
            return ""
        self.cut(name, found[1])
        return found[0]

    def runs(self) -> list[str]:
        """What is left, piece by piece."""
        pieces = re.split(rf"[{GONE},;]+", self.left)
        return [piece.strip() for piece in pieces if piece.strip(" .-/")]


def take_route(typed: Typed) -> str:
    """The first route of the table that is named; another that repeats it is of no use."""
    named = [name for name, pattern in _ROUTES.items() if typed.take("route", pattern)]
    return named[0] if named else ""


def take_days(typed: Typed) -> int | None:
    """How long, in days: `5/7`, `2/52`, `1/12`, `x5d`, `10 days`, `two weeks`."""
    match = typed.take("duration", _DAYS) or typed.take("duration", _LONG)
    if match is None:
        return None
    count = number(match[1].lower()) * LENGTHS.get(match[2], LENGTHS.get(match[2][0].lower(), 1))
    return int(count) if count >= 1 else None


def take_meal(typed: Typed) -> str:
    match = typed.take("meal", _MEAL)
    return MEALS[match[1].replace(".", "").lower()] if match else ""
