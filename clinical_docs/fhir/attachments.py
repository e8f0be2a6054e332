"""Attachments: text is kept as text, other bytes as files outside MongoDB."""

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings

from core.importing.node import Node

TEXT = ("text/plain", "text/markdown", "text/csv")


def kept(attachment: Node) -> dict[str, Any]:
    """What is known of an attachment, with its `text` or the `storage_key` of its bytes."""
    content = _content(attachment)
    known = {
        "mime": attachment.text("contentType")[:100],
        "title": attachment.text("title"),
        "url": attachment.text("url"),
        "size": len(content) if content else attachment.number("size"),
        "sha256": hashlib.sha256(content).hexdigest() if content else "",
    }
    described = {name: value for name, value in known.items() if value not in ("", None)}
    if not content:
        return described
    if known["mime"] and str(known["mime"]).partition(";")[0].strip() in TEXT:
        text = content.decode("utf-8", errors="replace").replace("\0", "\ufffd")
        return {**described, "text": text.strip()}
    return {**described, "storage_key": _store(content, str(known["sha256"]))}


def _content(attachment: Node) -> bytes:
    try:
        return base64.b64decode("".join(attachment.text("data").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise attachment.unfit("data", "is not base64") from error


def _store(content: bytes, sha256: str) -> str:
    """Same bytes, same file; it appears whole or not at all."""
    key = f"{sha256[:2]}/{sha256}"
    path = Path(settings.CLINIC_HOME) / "files" / key
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.rename(path)
    return key
