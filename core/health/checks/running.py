"""Runs checks so that a server that is stopped in the middle of an answer cannot hold them up."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

DEADLINE_SECONDS = 5.0


class Outcome(StrEnum):
    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"
    SKIPPED = "skipped"


class Bad(Exception):
    """The check failed; `str()` is a sentence that says what to do."""


class Doubtful(Exception):
    """The clinic works, but less safely than it could; `str()` says how."""


@dataclass(frozen=True)
class Check:
    """`ask` returns what it found in a few words, or raises Bad or Doubtful."""

    name: str
    ask: Callable[[], str]


@dataclass(frozen=True)
class Result:
    service: str
    name: str
    outcome: Outcome
    found: str


@dataclass(frozen=True)
class Service:
    """A server with its checks, the first of which is whether it answers at all.

    `explain` turns an error of the server's client into a sentence; `leave` gives the connections
    of the checks' thread back.
    """

    name: str
    host: Callable[[], str]
    checks: Sequence[Check]
    explain: Callable[[Exception], str]
    leave: Callable[[], None] = lambda: None


def run(service: Service) -> Iterator[Result]:
    """All checks of a service in turn. Without a first answer the others are skipped."""
    is_gone = False
    for place, check in enumerate(service.checks):
        if is_gone:
            yield Result(service.name, check.name, Outcome.SKIPPED, "")
            continue
        outcome, found = _within_deadline(service, check)
        yield Result(service.name, check.name, outcome, found)
        is_gone = outcome == Outcome.BAD and (place == 0 or found == _late(service))


def _within_deadline(service: Service, check: Check) -> tuple[Outcome, str]:
    """The check's outcome. A thread that is held up is left behind; as a daemon it ends with us."""
    answers: list[tuple[Outcome, str]] = []
    thread = threading.Thread(
        target=lambda: answers.append(_outcome(service, check)), name="check", daemon=True
    )
    thread.start()
    thread.join(DEADLINE_SECONDS)
    return answers[0] if answers else (Outcome.BAD, _late(service))


def _outcome(service: Service, check: Check) -> tuple[Outcome, str]:
    try:
        return Outcome.GOOD, check.ask()
    except Doubtful as doubt:
        return Outcome.DOUBTFUL, str(doubt)
    except Bad as failure:
        return Outcome.BAD, str(failure)
    except Exception as error:  # noqa: BLE001  (whatever a client raises is the check's answer)
        return Outcome.BAD, service.explain(error)
    finally:
        service.leave()


def _late(service: Service) -> str:
    return (
        f"{service.name} at {service.host()} did not answer within {DEADLINE_SECONDS:.0f} seconds."
    )


def whole(results: Sequence[Any]) -> bool:
    """Whether nothing failed."""
    return not any(result.outcome == Outcome.BAD for result in results)
