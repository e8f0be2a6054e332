"""How often: what is typed, and the words that are written and counted by.

od, qd, qod, hs, q6h and the like are understood and never shown: ISMP's list of error-prone
abbreviations tells how each has been misread.
"""

import re
from fractions import Fraction

from patients.domain.lines.numbers import NUMBER_OR_WORD, number, times

ONCE_ONLY = "once only"
AFTER_STOOL = "after each loose stool"
NOT_COUNTED = (ONCE_ONLY, AFTER_STOOL)
"""Known, but no number a day follows from them."""
HOURS, DAYS, WEEKS, MONTHS = 24, 1, 7, 30

SAID = {
    ONCE_ONLY: r"stat|once only|only once|single dose|one dose|at once|immediately|stat dose",
    "in the morning and at night": r"(?:mane|om)\s*(?:and|&|/|\+)\s*(?:nocte|on)"
    r"|morning and (?:night|evening)|in the morning and at night",
    "every other day": r"q\.?o\.?d\.?|eod|alt(?:ernate)?\.?\s*(?:days?|die)|on alternate days"
    r"|every (?:other|second) day|q2d|every 2 days",
    AFTER_STOOL: r"after (?:each|every) (?:loose |watery )?(?:stool|motion)",
    "every 2 weeks": r"fortnightly|every (?:other|second) week|q2w(?:k|eeks?)?",
    "once a month": r"monthly|once (?:a|per|every) month|every month|each month",
    "once a week": r"weekly|qwk?|every week|each week|once (?:a|per|every) week|once weekly",
    "once a day": r"o\.?d\.?|q\.?d\.?|once daily|daily|every day|each day|dly|q24h",
    "twice a day": r"b\.?d\.?s?|b\.?i\.?d\.?",
    "three times a day": r"t\.?d\.?s\.?|t\.?i\.?d\.?",
    "four times a day": r"q\.?d\.?s\.?|q\.?i\.?d\.?",
    "at night": r"nocte|noct|q?\.?h\.?s\.?|qpm|at night|at bedtime|bedtime|before bed|nightly"
    r"|(?:every|each) night|on(?=\s*(?:$|[\d;,]|x\s*\d|for\s+\d|prn))",
    "in the morning": r"mane|om|qam|in the morning|(?:every|each) morning",
    "in the evening": r"in the evening|(?:every|each) evening",
    "at midday": r"at (?:midday|noon)|midday",
}
_SAID = {
    words: re.compile(rf"(?<![\w.])(?:{pattern})(?![\w])", re.IGNORECASE)
    for words, pattern in SAID.items()
}
_PERIODS = {
    "d": "day",
    "day": "day",
    "daily": "day",
    "24h": "day",
    "wk": "week",
    "week": "week",
    "weekly": "week",
    "month": "month",
    "monthly": "month",
}
_COUNTED = re.compile(
    rf"(?<![\w.])(x\s*)?({NUMBER_OR_WORD})\s*(?:times?|x)?\s*(?:a|per|each|every|in|/|in a)?\s*"
    r"(day|daily|24h|week|weekly|wk|month|monthly|(?<=/)d)(?!\w)",
    re.IGNORECASE,
)
_EVERY = re.compile(
    r"(?<![\w.])(?:(?:every|each)\s+|q\s*)(\d+)(?:\s*(?:-|to)\s*(\d+))?\s*"
    r"(h|hr|hrs|hrly|hourly|hours?|d|days?|w|wks?|weeks?|months?)(?!\w)",
    re.IGNORECASE,
)
_HOURLY = re.compile(
    r"(?<![\w.])(\d+)(?:\s*(?:-|to)\s*(\d+))?\s*-?\s*(h)(?:ou)?r?ly(?!\w)", re.IGNORECASE
)
_HOUR = re.compile(r"(?<![\w.])every hour|hourly(?!\w)", re.IGNORECASE)
_SLOTS = re.compile(r"(?<![\w.\-])([\d.]+(?:-[\d.]+){2,3})(?![\w\-])")
_NAMES = ("in the morning", "at midday", "at night")

MOST = range(1, 13)
Found = tuple[str, tuple[int, int]]


def find(text: str) -> Found | None:
    """The frequency typed in the text, in words, and where it stands."""
    for search in (_every, _counted, _said):
        if found := search(text):
            return found
    return None


def _every(text: str) -> Found | None:
    for pattern in (_EVERY, _HOURLY):
        if match := pattern.search(text):
            return _period(match), match.span()
    if match := _HOUR.search(text):
        return "every hour", match.span()
    return None


def _period(match: re.Match[str]) -> str:
    """`every 4 to 6 hours`, `every 2 weeks`."""
    least, most, unit = int(match[1]), match[2], match[3][0].lower()
    if (least, most, unit) == (2, None, "d"):
        return "every other day"
    name = {"h": "hour", "d": "day", "w": "week", "m": "month"}[unit]
    if least == 1 and not most:
        return "every hour" if name == "hour" else f"once a {name}"
    return f"every {least} to {most} {name}s" if most else f"every {least} {name}s"


def _counted(text: str) -> Found | None:
    """`3 times a day`, `2x/day`, `twice weekly`. A bare `5 daily` is a dose: five of something."""
    for match in _COUNTED.finditer(text):
        count, period = match[2].lower(), match[3].lower()
        between = (match[1] or "") + text[match.end(2) : match.start(3)].strip()
        said = count in ("once", "twice", "thrice")
        if (said or between.lower().startswith(("x", "time"))) and number(count) in MOST:
            return f"{times(int(number(count)))} a {_PERIODS[period]}", match.span()
    return None


def _said(text: str) -> Found | None:
    for words, pattern in _SAID.items():
        if match := pattern.search(text):
            return words, match.span()
    return None


def slots(text: str) -> tuple[str, str, tuple[int, int]] | None:
    """`1-0-1`: (dose, frequency, where) of doses by time of day, where all are alike."""
    match = _SLOTS.search(text)
    parts = match[1].split("-") if match else []
    given = {part for part in parts if part != "0"}
    if match is None or len(given) != 1:
        return None
    return given.pop(), _slots_in_words(parts), match.span()


def _slots_in_words(parts: list[str]) -> str:
    count = sum(part != "0" for part in parts)
    if count == 1 and len(parts) == len(_NAMES):
        return _NAMES[next(n for n, part in enumerate(parts) if part != "0")]
    if count == 2 and len(parts) == len(_NAMES) and parts[1] == "0":
        return "in the morning and at night"
    return f"{times(count)} a day"


_PER = re.compile(r"^(once|twice|\w+ times) a (day|week|month)$")
_APART = re.compile(r"^every (\d+)?(?: to \d+)? ?(hour|day|week|month)s?$")
_LENGTH = {"day": DAYS, "week": WEEKS, "month": MONTHS}
_PARTS_OF_DAY = {
    "at night": 1,
    "in the morning": 1,
    "in the evening": 1,
    "at midday": 1,
    "in the morning and at night": 2,
}


def per_day(words: str) -> Fraction | None:
    """How many doses a day at most; None for what is not counted by days."""
    if words in _PARTS_OF_DAY:
        return Fraction(_PARTS_OF_DAY[words])
    if words == "every other day":
        return Fraction(1, 2)
    if match := _PER.match(words):
        return Fraction(int(number(match[1].removesuffix(" times"))), _LENGTH[match[2]])
    return _apart(words)


def _apart(words: str) -> Fraction | None:
    match = _APART.match(words)
    if match is None or match[1] == "0":
        return None
    count = int(match[1] or 1)
    if match[2] == "hour":
        return Fraction(HOURS, count)
    return Fraction(1, count * _LENGTH[match[2]])
