"""The second pass: what was set aside is taken in, batch by batch, each in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import psycopg
from django.db import Error, connection, transaction

from core.importing.errors import Unfit
from core.importing.identity import Key
from core.importing.incoming import Incoming, Taken
from core.importing.links import Links, identifier_key, look_up
from core.importing.registry import ANY_TYPE, Handler
from core.importing.report import Rejection, Report
from core.importing.spool import Spool, Waiting
from core.importing.writing import Entry, write

BATCH = 1000
BATCH_BYTES = 4 * 1024 * 1024
SERVER_GONE = (psycopg.OperationalError, psycopg.InterfaceError)


class Engine:
    """Takes in what a spool holds."""

    def __init__(
        self, handlers: dict[str, Handler], links: Links, report: Report, names: Sequence[str]
    ) -> None:
        self.handlers, self.links, self.report, self.names = handlers, links, report, names
        self._targets = {
            each
            for handler in handlers.values()
            for types in handler.links.values()
            for each in types
        }

    def run(self, spool: Spool, progress: Callable[[int], None]) -> None:
        """Everything, in the order of turns. What is committed stays when this is killed."""
        for _, batch in spool.batches(BATCH, BATCH_BYTES):
            self.take_batch(batch)
            progress(len(batch))

    def take_batch(self, batch: Sequence[Waiting]) -> None:
        """New and changed resources are written, the others only counted."""
        imported = look_up({waiting.key for waiting in batch})
        fresh: dict[Key, Incoming] = {}
        again: list[Waiting] = []
        for waiting in batch:
            previous = imported.get(waiting.key)
            if previous and previous.digest == waiting.digest:
                self._count(waiting.key, "unchanged")
            elif waiting.key in fresh:
                again.append(waiting)
            else:
                fresh[waiting.key] = Incoming(waiting, self.links, previous)
        if fresh:
            self._take(list(fresh.values()))
        if again:
            self.take_batch(again)

    def _take(self, batch: Sequence[Incoming]) -> None:
        self._fetch_targets(batch)
        for resource_type, group in _by_type(batch).items():
            handler = self._handler(resource_type)
            if handler.prepare:
                prepared = handler.prepare(group)
                for incoming in group:
                    incoming.prepared = prepared
        self._write([taken for incoming in batch if (taken := self._convert(incoming))])

    def _handler(self, resource_type: str) -> Handler:
        return self.handlers.get(resource_type, self.handlers[ANY_TYPE])

    def _fetch_targets(self, batch: Sequence[Incoming]) -> None:
        """Look up at once whatever the batch refers to."""
        wanted: set[Key] = set()
        anything = self.handlers[ANY_TYPE].links
        for resource_type, group in _by_type(batch).items():
            links = {**anything, **self._handler(resource_type).links}
            for incoming in group:
                for name, types in links.items():
                    for reference in incoming.targets(name):
                        wanted.update(self.links.candidates(incoming.scope, reference, types))
        self.links.fetch(wanted)

    def _convert(self, incoming: Incoming) -> Taken | None:
        try:
            for handler in (self._handler(incoming.key.resource_type), self.handlers[ANY_TYPE]):
                if taken := handler.take(incoming):
                    taken.finish = handler.finish
                    return taken
        except Unfit as error:
            self._reject(incoming.waiting, error.path, error.reason)
        return None

    def _write(self, batch: Sequence[Taken]) -> None:
        """All at once; where the database refuses, halves, until what it refuses stands alone."""
        if not batch:
            return
        try:
            with transaction.atomic():
                _allow_time()
                write(batch, list(self._names(batch)))
        # MongoDB has no numbers beyond 64 bits.
        except (Error, psycopg.Error, OverflowError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, SERVER_GONE) and not isinstance(
                cause, psycopg.errors.QueryCanceled
            ):
                raise
            self._write_less(batch, cause)
        else:
            for taken in batch:
                self._settle(taken)

    def _write_less(self, batch: Sequence[Taken], cause: BaseException) -> None:
        if len(batch) == 1:
            self._reject(batch[0].incoming.waiting, "", _sentence(cause))
            return
        middle = len(batch) // 2
        self._write(batch[:middle])
        self._write(batch[middle:])

    def _settle(self, taken: Taken) -> None:
        key = taken.incoming.key
        if key.resource_type in self._targets:
            self.links.remember(key, *taken.entity)
        self._count(key, "changed" if taken.incoming.previous else "created")

    def _names(self, batch: Sequence[Taken]) -> Iterator[Entry]:
        """The identifiers under which a resource may be sought."""
        for taken in batch:
            key = taken.incoming.key
            if self._handler(key.resource_type).is_sought:
                for source in {taken.incoming.waiting.source, key.source}:
                    for name in taken.incoming.identifiers():
                        index = identifier_key(source, key.resource_type, name)
                        yield index, taken.entity, b"", None

    def _count(self, key: Key, what: str) -> None:
        count = self.report.resources[key.resource_type]
        setattr(count, what, getattr(count, what) + 1)
        self.report.patients += key.resource_type == "Patient"

    def _reject(self, waiting: Waiting, path: str, reason: str) -> None:
        file = self.names[waiting.file]
        rejection = Rejection(file, waiting.position, _label(waiting.key), path, reason)
        self.report.reject(rejection, waiting.key.resource_type)


def _by_type(batch: Sequence[Incoming]) -> dict[str, list[Incoming]]:
    groups: dict[str, list[Incoming]] = defaultdict(list)
    for incoming in batch:
        groups[incoming.key.resource_type].append(incoming)
    return groups


def _allow_time() -> None:
    """A batch may take longer than a page."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'")


def _label(key: Key) -> str:
    return str(key)[:200]


def _sentence(error: BaseException) -> str:
    """What the database says, without the values it says it about."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return error.diag.message_primary
    return str(error)
