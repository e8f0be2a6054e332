"""The first pass: every file is read and checked, every resource set aside until its turn.

Nothing is written meanwhile, so another FHIR version or a decompression bomb, wherever it hides,
refuses the whole import and leaves nothing behind.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import orjson

from core.importing.bundles import BundleReader, Flaw, Found
from core.importing.errors import Unfit
from core.importing.identity import URN, UUID_PATTERN, Source, digest_of, source_of
from core.importing.links import Links, Scope
from core.importing.r4 import TYPES, refuse_other_version
from core.importing.registry import Handler, Turn
from core.importing.report import Rejection, Report
from core.importing.sanity import MAX_ID, check
from core.importing.sources import Member, Sources
from core.importing.spool import Spool, Waiting


class Reader:
    """Reads sources into a spool."""

    def __init__(
        self, handlers: dict[str, Handler], report: Report, source: Source | None = None
    ) -> None:
        self.handlers, self.report, self.given = handlers, report, source
        self.spool = Spool()
        self.links = Links({name: handler.entity for name, handler in handlers.items()})
        self.names: list[str] = []
        self._seen: set[bytes] = set()

    def read(self, sources: Sources, progress: Callable[[int], None]) -> None:
        """Everything in the sources. Raises ImportRefused, having written nothing."""
        for member in sources:
            if member.obstacle:
                self.report.passed_over.append(f"{member.name} {member.obstacle}")
            else:
                self._read_member(member, lambda: progress(sources.position))
            progress(sources.position)

    def _read_member(self, member: Member, progress: Callable[[], None]) -> None:
        file = _File(len(self.names), member.name, self.given or source_of(member.path))
        self.names.append(member.name)
        for number, found in enumerate(BundleReader(member.stream)):
            if isinstance(found, Flaw):
                self._reject(file, found)
            else:
                self._take(file, found)
            if number % 500 == 0:
                progress()
        self._settle_strangers(file)

    def _take(self, file: "_File", found: Found) -> None:
        resource = found.resource
        if isinstance(resource, dict):
            refuse_other_version(resource, file.name)
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            file.strangers.append(found.position)
            return
        file.resources += 1
        try:
            self._set_aside(file, found, resource)
        except Unfit as error:
            kind, name = resource["resourceType"][:60], str(resource.get("id", ""))[:80]
            self._reject(file, Flaw(found.position, error.reason, kind, name, error.path))

    def _set_aside(self, file: "_File", found: Found, resource: dict[str, Any]) -> None:
        resource_type = resource["resourceType"]
        if resource_type not in TYPES:
            raise Unfit("resourceType", "is no type of FHIR R4")
        content = _compact(resource)
        check(resource, content)
        digest = digest_of(content)
        resource_id = self._name(file, found, resource_type, digest)
        key = file.source.key(resource_type, resource_id)
        self.report.resources[resource_type].read += 1
        turn = self.handlers.get(resource_type, self.handlers["*"]).turn
        if turn <= Turn.PEOPLE and self._is_repeated(digest_of("|".join(key).encode())):
            self.report.resources[resource_type].unchanged += 1
            return
        where = (file.number, found.position, found.bundle, *file.source)
        self.spool.add(turn, Waiting(*where, key, digest, content))

    def _is_repeated(self, name: bytes) -> bool:
        """The same hospital stands in many bundles, sometimes with less in it: the first counts."""
        if name in self._seen:
            return True
        self._seen.add(name)
        return False

    def _name(self, file: "_File", found: Found, resource_type: str, digest: bytes) -> str:
        """The resource's id; where it has none, its URL's, its identifier's or its content's."""
        given = found.resource.get("id")
        if given is not None and not (isinstance(given, str) and 0 < len(given) <= MAX_ID):
            raise Unfit("id", f"must be text of 1 to {MAX_ID} characters")
        url_id = found.full_url.removeprefix(URN)
        url_id = url_id if UUID_PATTERN.fullmatch(url_id) else ""
        name = _condition(found.condition) or given or url_id or f"sha-{digest.hex()}"
        scope = Scope(file.source, file.number, found.bundle)
        for other in (found.full_url, f"{resource_type}/{given}" if given else ""):
            if other and not f"/{other}".endswith((f"/{URN}{name}", f"/{resource_type}/{name}")):
                self.links.add_alias(scope, other, resource_type, name)
        return name

    def _settle_strangers(self, file: "_File") -> None:
        """JSON that is no resource: other files of an export as a whole, else single flaws."""
        if not file.resources:
            if file.strangers:
                self.report.passed_over.append(f"{file.name} holds no FHIR resources")
            return
        for position in file.strangers:
            self._reject(file, Flaw(position, "is missing", path="resourceType"))

    def _reject(self, file: "_File", flaw: Flaw) -> None:
        label = "/".join(filter(None, (flaw.resource_type, flaw.resource_id)))
        rejection = Rejection(file.name, flaw.position, label, flaw.path, flaw.reason)
        self.report.reject(rejection, flaw.resource_type, read=True)


class _File:
    """What is counted while a file is read."""

    def __init__(self, number: int, name: str, source: Source) -> None:
        self.number, self.name, self.source = number, name, source
        self.resources = 0
        self.strangers: list[int] = []


def _compact(resource: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, TypeError) as error:
        raise Unfit("", f"holds a value that cannot be kept: {error}") from error


def _condition(query: str) -> str:
    """Of a conditional create, the identifier by which it is created only once."""
    values = parse_qs(query.partition("?")[2] or query).get("identifier", [])
    return f"?identifier={values[0]}" if len(values) == 1 and len(values[0]) < MAX_ID else ""
