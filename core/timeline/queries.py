"""A page of the record in one question to each database."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from core.accounts.models import User
from core.databases import mongo
from core.outbox import sealing
from core.outbox.models import ExactDecoder
from core.outbox.queries import decoded
from core.timeline import registry
from core.timeline.entries import Cursor, Entry
from core.timeline.registry import DocumentSource, RowSource

Stage = dict[str, Any]

PAGE = 40
JSONB = 3802
WAITING = """
    (SELECT coalesce(array_agg(collection ORDER BY id), '{}') FROM outbox
     WHERE patient_id = %(patient)s AND state <> 'd' AND kind = 'document') AS waiting_collections,
    (SELECT coalesce(array_agg(document ORDER BY id), '{}') FROM outbox
     WHERE patient_id = %(patient)s AND state <> 'd' AND kind = 'document') AS waiting_documents
"""


@dataclass
class Head:
    """Facts for the head of the record, counts of rows by kind, documents still on their way."""

    facts: dict[str, Any]
    counts: dict[str, int]
    waiting: list[tuple[str, dict[str, Any]]]


def head(patient_id: UUID, user: User) -> Head:
    """Everything PostgreSQL knows for the head, in one statement."""
    facts = registry.facts_for(user)
    sources = registry.row_sources({kind.name for kind in registry.kinds_for(user)})
    parts = [f"({expression}) AS {name}" for name, expression in facts.items()]
    parts.append(f"({_counting(sources)}) AS counts")
    row = _rows(f"SELECT {', '.join(parts)}, {WAITING}", patient=patient_id)[0]
    documents = map(decoded, row["waiting_documents"])
    waiting = [
        (name, sealing.opened(name, document))
        for name, document in zip(row["waiting_collections"], documents, strict=True)
    ]
    return Head({name: row[name] for name in facts}, row["counts"] or {}, waiting)


def page_of_rows(patient_id: UUID, kinds: set[str], before: Cursor | None) -> list[Entry]:
    """The newest rows older than the cursor, one more than a page has."""
    sources = registry.row_sources(kinds)
    if not sources:
        return []
    union = " UNION ALL ".join(
        f"SELECT {place} AS source, s.* FROM ({source.select}) AS s"
        for place, source in enumerate(sources)
    )
    older = "WHERE (at, id) < (%(at)s, %(id)s)" if before else ""
    statement = f"SELECT * FROM ({union}) AS e {older} ORDER BY at DESC, id DESC LIMIT {PAGE + 1}"
    known = {"at": before.at, "id": before.id} if before else {}
    return [
        _row_entry(sources[row.pop("source")], row)
        for row in _rows(statement, patient=patient_id, **known)
    ]


def documents(
    patient_id: UUID,
    wanted: set[str],
    before: Cursor | None,
    *,
    hidden: set[str],
    counted: set[str],
    waiting: set[str],
) -> tuple[list[Entry], Counter[str]]:
    """The newest of the wanted kinds older than the cursor, one more than a page has; and how many
    there are in all of each `counted` kind, those still `waiting` apart. One question.

    Raises ServiceUnavailable without MongoDB.
    """
    shown, all_of_them = registry.document_sources(wanted), registry.document_sources(counted)
    newest = [(s, _newest(_match(patient_id, hidden), s, wanted, before)) for s in shown]
    sums = [(s, _counted(_match(patient_id, hidden | waiting), s)) for s in all_of_them]
    answers = _ask([*newest, *sums])
    entries = [
        document_entry(source, one)
        for source, found in zip(shown, answers, strict=False)
        for one in sealing.all_opened(source.collection, found)
    ]
    counts = _counts(zip(all_of_them, answers[len(shown) :], strict=True))
    return [e for e in entries if e.kind in wanted], Counter({k: counts[k] for k in counted})


def _counts(answers: Iterable[tuple[DocumentSource, list[Stage]]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for source, found in answers:
        for one in found:
            counts[source.kind_of(str(one["_id"] or ""))] += one["n"]
    return counts


@dataclass
class Overtaken:
    """Documents that others repeat or stand in place of: not shown, or shown as replaced."""

    hidden: set[str] = field(default_factory=set)
    replaced: dict[str, str] = field(default_factory=dict)

    def add(self, source: DocumentSource, newer: dict[str, Any]) -> None:
        """What one document overtakes."""
        self.hidden.update(source.members_of(newer))
        if older := newer.get(source.replaces):
            if source.stays(newer):
                self.replaced[str(older)] = str(newer["_id"])
            else:
                self.hidden.add(str(older))


def overtaken(patient_id: UUID, kinds: set[str], head: Head) -> Overtaken:
    """By documents that have arrived. Raises ServiceUnavailable without MongoDB."""
    found = overtaken_by_waiting(head)
    sources = [one for one in registry.document_sources(kinds) if one.members or one.replaces]
    answers = _ask([(source, _overtaking(patient_id, source)) for source in sources])
    for source, documents in zip(sources, answers, strict=True):
        for one in documents:
            found.add(source, one)
    return found


def _overtaking(patient_id: UUID, source: DocumentSource) -> list[Stage]:
    fields = [f"{source.members}.0"] if source.members else []
    fields += [source.replaces] if source.replaces else []
    match = _match(patient_id) | {"$or": [{name: {"$exists": True}} for name in fields]}
    shown = [name for name in (source.members, source.replaces, "status") if name]
    return [{"$match": match}, {"$project": dict.fromkeys(shown, 1)}]


def overtaken_by_waiting(head: Head) -> Overtaken:
    """By documents that are not in MongoDB yet."""
    sources, found = registry.sources_by_collection(), Overtaken()
    for name, document in head.waiting:
        if name in sources:
            found.add(sources[name], document)
    return found


def waiting_entries(head: Head, kinds: set[str]) -> list[Entry]:
    """Documents that are committed and not in MongoDB yet: what one has just written is there."""
    sources = registry.sources_by_collection()
    entries = [
        document_entry(sources[name], document, is_waiting=True)
        for name, document in head.waiting
        if name in sources
    ]
    return [entry for entry in entries if entry.kind in kinds]


def document_entry(
    source: DocumentSource, document: dict[str, Any], *, is_waiting: bool = False
) -> Entry:
    """A document as a line of the record."""
    name = str(document.get(source.type_field) or "")
    template = (
        "core/entries/shredded.html" if document.get("is_shredded") else source.template(name)
    )
    return Entry(
        at=document.get(source.moment) or datetime.fromtimestamp(0, UTC),
        kind=source.kind_of(name),
        entity_type=source.collection,
        id=str(document["_id"]),
        visit_id=document.get("visit_id"),
        facts=document,
        template=template,
        is_waiting=is_waiting,
    )


def _ask(parts: list[tuple[DocumentSource, list[Stage]]]) -> list[list[dict[str, Any]]]:
    """The answers of all parts, whatever their collections, in one call."""
    answers: list[list[dict[str, Any]]] = [[] for _ in parts]
    if not parts:
        return answers
    marked = [[*stages, {"$set": {"_part": place}}] for place, (_, stages) in enumerate(parts)]
    union = [
        {"$unionWith": {"coll": source.collection, "pipeline": pipeline}}
        for (source, _), pipeline in zip(parts[1:], marked[1:], strict=True)
    ]
    with mongo.reading():
        first = mongo.collection(parts[0][0].collection)
        for one in first.aggregate([*marked[0], *union]):
            answers[one.pop("_part")].append(one)
    return answers


def _match(patient_id: UUID, without: set[str] | None = None) -> Stage:
    mine: Stage = {"patient_id": str(patient_id)}
    return mine | {"_id": {"$nin": sorted(without)}} if without else mine


def _newest(
    match: Stage, source: DocumentSource, kinds: set[str], before: Cursor | None
) -> list[Stage]:
    types = source.types_of(kinds)
    if types is not None:
        match[source.type_field] = types
    if before is not None:
        match["$or"] = _older(source.moment, before)
    return [{"$match": match}, {"$sort": {source.moment: -1, "_id": -1}}, {"$limit": PAGE + 1}]


def _older(moment: str, before: Cursor) -> list[Stage]:
    """MongoDB keeps milliseconds: what bears the cursor's, cut short, is older than the cursor."""
    cut = before.at.replace(microsecond=before.at.microsecond // 1000 * 1000)
    if cut < before.at:
        return [{moment: {"$lte": cut}}]
    return [{moment: {"$lt": cut}}, {moment: cut, "_id": {"$lt": before.id}}]


def _counted(match: Stage, source: DocumentSource) -> list[Stage]:
    by_type = {"_id": f"${source.type_field}", "n": {"$sum": 1}}
    return [{"$match": match}, {"$group": by_type}]


def _row_entry(source: RowSource, row: dict[str, Any]) -> Entry:
    return Entry(kind=source.kind, template=source.template, **row)


def _counting(sources: Iterable[RowSource]) -> str:
    counted = " UNION ALL ".join(
        f"SELECT '{source.kind}' AS kind, count(*) AS n FROM ({source.select}) AS s"
        for source in sources
    )
    if not counted:
        return "SELECT '{}'::jsonb"
    summed = f"SELECT kind, sum(n) AS n FROM ({counted}) AS c GROUP BY kind"
    return f"SELECT jsonb_object_agg(kind, n) FROM ({summed}) AS sums"


def _rows(statement: str, **known: Any) -> list[dict[str, Any]]:
    """The statement's pieces are constants of the apps; values travel as parameters."""
    with connection.cursor() as cursor:
        cursor.execute(statement, known)
        columns = cursor.description or ()
        return [_decoded(columns, row) for row in cursor.fetchall()]


def _decoded(columns: Any, row: tuple[Any, ...]) -> dict[str, Any]:
    """Django leaves jsonb as text in plain cursors."""
    named = zip(columns, row, strict=True)
    return {c.name: json.loads(v, cls=ExactDecoder) if _is_json(c, v) else v for c, v in named}


def _is_json(column: Any, value: Any) -> bool:
    return column.type_code == JSONB and isinstance(value, str)
