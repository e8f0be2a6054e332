"""Numbers as people type them."""

from decimal import Decimal

WORDS = {
    "half": "0.5",
    "a": "1",
    "an": "1",
    "once": "1",
    "one": "1",
    "twice": "2",
    "two": "2",
    "thrice": "3",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "twelve": "12",
    "fourteen": "14",
}
IN_WORDS = {
    1: "once",
    2: "twice",
    3: "three times",
    4: "four times",
    5: "five times",
    6: "six times",
}
NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)"
NUMBER_OR_WORD = rf"(?:{NUMBER}|{'|'.join(sorted(WORDS, key=len, reverse=True))})"


def number(text: str) -> Decimal:
    """`.5`, `1,000`, `two` as the number meant."""
    return Decimal(WORDS.get(text, text).replace(",", ""))


def plain(value: Decimal) -> str:
    """Never a trailing nought, always a leading one."""
    return f"{value.normalize():f}" if value else "0"


def times(count: int) -> str:
    """`twice`, `seven times` as a frequency says it."""
    return IN_WORDS.get(count, f"{count} times")
