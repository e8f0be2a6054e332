"""The document classes whose collections the clinic keeps; apps register theirs when ready."""

from mongoengine import Document

_documents: list[type[Document]] = []


def register(*documents: type[Document]) -> None:
    """`prepare_mongo` makes and `test_databases` checks the collections of these classes."""
    _documents.extend(document for document in documents if document not in _documents)


def documents() -> list[type[Document]]:
    """Every registered class."""
    return list(_documents)
