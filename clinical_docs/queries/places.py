"""To what a file's sealed bytes are bound: they open as nothing else."""

from uuid import UUID


def bound_to(document_id: UUID, number: int, *, is_thumbnail: bool = False) -> str:
    """A document's version, its contents or its likeness."""
    part = "thumbnail" if is_thumbnail else "content"
    return f"document_versions.{part}:{document_id}:{number}"
