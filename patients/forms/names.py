"""Names as people have them: any script, any length, no tricks."""

import unicodedata

from django.core.exceptions import ValidationError

MOST_MARKS = 4


def clean_name(text: str) -> str:
    """The name in NFC with single blanks.

    Raises ValidationError naming a character that is invisible, turns the direction of writing, or
    is piled up: such a name would look like another one.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    for letter in text:
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") and letter != "\u200c":
            name = unicodedata.name(letter, "").lower() or f"U+{ord(letter):04X}"
            raise ValidationError(f"Remove the invisible character “{name}” from the name.")
    _refuse_piles(text)
    return text


def _refuse_piles(text: str) -> None:
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MOST_MARKS:
            raise ValidationError("A letter of the name carries too many marks.")
