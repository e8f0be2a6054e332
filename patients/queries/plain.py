"""Names in the plain words they are searched by, in Python just as the database stores them."""

import re
import unicodedata
from functools import cache

from django.db import connection

MOST_WORDS = 8
LETTERS = """
    SELECT n, public.unaccent(chr(n)) FROM generate_series(161, 65533) AS n
    WHERE n NOT BETWEEN 55296 AND 57343 AND public.unaccent(chr(n)) <> chr(n)
"""


def plain_words(text: str) -> list[str]:
    """Words as `plain_name` of the database writes them: no case, no accents, no punctuation."""
    bare = text.translate(_plain_letters()).lower()
    words = "".join(" " if _parts_words(letter) else letter for letter in bare).split()
    return words[:MOST_WORDS]


def printable(text: str) -> str:
    """Without control characters, blanks trimmed."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


def digits_of(text: str) -> str:
    """The digits of any script as 0 to 9: an Arabic keyboard writes ٣ for 3."""
    return re.sub(r"\d", lambda found: str(int(found[0])), re.sub(r"\D", "", text))


@cache
def _plain_letters() -> dict[int, str]:
    """What the server's own rules make of each letter; asked once a process.

    A table of ours would drift from them: ł, đ and æ have no accent to take off, while the hamza of
    أحمد and the vowels of हिन्दी belong to the letter.
    """
    with connection.cursor() as cursor:
        cursor.execute(LETTERS)
        return dict(cursor.fetchall())


def _parts_words(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "PS"
