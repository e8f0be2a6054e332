"""The archive's part in a verification."""

from collections.abc import Callable

from bson.errors import BSONError

from audit import files
from audit.domain.chain import Seal
from audit.domain.checkpoints import Statement
from audit.domain.walk import Broken, Verdict, Walk
from audit.models import Archive

Known = dict[int, list[Statement]]


def refuse_lost(kept: list[Archive]) -> None:
    """Every file is there."""
    for one in kept:
        path = files.path_of(one.name)
        if not path.exists():
            words = f"{path} is not there: entries {one.span} are in it."
            raise Broken(Verdict.GAP_OR_INSERT, one.first, words)


def refuse_cut(kept: list[Archive]) -> None:
    """Every file is as long as it was; what is in it is for those that read it."""
    for one in kept:
        path = files.path_of(one.name)
        if path.stat().st_size != one.size:
            words = f"{path} is not as long as it was: entries {one.span} are in it."
            raise Broken(Verdict.ALTERED, one.first, words)


def end(kept: list[Archive], known: Known) -> Seal | None:
    """Where the archive ends, as a checkpoint states it: so it stands for all before it."""
    if not kept:
        return None
    last = kept[-1]
    if last.tail not in {made.hash for made in known.get(last.last, ())}:
        raise Broken(Verdict.ALTERED, last.last, "No checkpoint states the end of the archive.")
    return Seal(last.last, "", "", last.tail)


def begin_of_file(kept: list[Archive], known: Known, begin: Seal | None) -> Seal | None:
    """A place within a file moves to where that file begins: a file is read whole."""
    for number, one in enumerate(kept):
        if begin and one.first <= begin.seq < one.last:
            return end(kept[:number], known)
    return begin


def later(one: Seal | None, other: Seal | None) -> Seal | None:
    return max(filter(None, (one, other)), key=lambda seal: seal.seq, default=None)


def walk(along: Walk, kept: list[Archive], tell: Callable[[], None]) -> None:
    """Go along the entries of every file that reaches beyond where the walk begins."""
    for one in kept:
        if along.last is None or along.last.seq < one.last:
            _walk_file(along, one)
            tell()


def _walk_file(along: Walk, one: Archive) -> None:
    path = files.path_of(one.name)
    try:
        for entry in files.read(path):
            along.take(entry)
        changed = files.digest(path) != one.sha256
    except (files.Damaged, BSONError) as damaged:
        words = f"{path} cannot be read here: {damaged} Entries {one.span} are in it."
        raise Broken(Verdict.ALTERED, _next(along), words) from damaged
    except Broken as broken:
        words = f"{broken.words} It is in {path}."
        raise Broken(broken.verdict, broken.seq, words) from broken
    if changed:
        raise Broken(Verdict.ALTERED, one.first, f"{path} is not the file that was written.")
    if _next(along) != one.last + 1:
        words = f"{path} ends here; it had entries up to {one.last}."
        raise Broken(Verdict.GAP_OR_INSERT, _next(along), words)


def _next(along: Walk) -> int:
    return along.last.seq + 1 if along.last else 1
