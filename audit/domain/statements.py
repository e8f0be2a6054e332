"""All checkpoints that were ever made, as both places have them."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from audit.domain import checkpoints
from audit.domain.checkpoints import Statement
from audit.domain.walk import Broken, Verdict
from audit.models import Checkpoint

SAID = ("seq", "hash", "made_at", "key_id", "signature")


def statements() -> dict[int, list[Statement]]:
    """All checkpoints, of PostgreSQL and of the file, by the number they speak of.

    Raises Broken for one that is not genuine, and where the file lacks one that PostgreSQL has.
    """
    in_file = list(read_file())
    of_rows = in_rows()
    refuse_forged((*of_rows, *in_file))
    missing = {made.seq for made in of_rows} - {made.seq for made in in_file}
    if missing:
        words = f"{settings.AUDIT_CHECKPOINTS} lacks checkpoints that PostgreSQL has."
        raise Broken(Verdict.TRUNCATED, min(missing), words)
    known: dict[int, list[Statement]] = {}
    for made in (*of_rows, *in_file):
        known.setdefault(made.seq, []).append(made)
    return known


def in_rows(**narrowed: int) -> list[Statement]:
    """As PostgreSQL has them."""
    rows = Checkpoint.objects.filter(**narrowed)
    return [Statement(**row) for row in rows.values(*SAID)]


def refuse_forged(stated: Iterable[Statement]) -> None:
    """Raises Broken at the first that is not genuine, and KeyMissing."""
    for made in stated:
        if not checkpoints.is_genuine(made):
            raise Broken(Verdict.ALTERED, made.seq, "A checkpoint is not genuine.")


def read_file() -> Iterator[Statement]:
    file = checkpoints.file()
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            yield Statement.read(line)
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(Verdict.ALTERED, None, f"{file} holds a line that is none.") from error
