"""Attachments: text is kept as text; a file that may be added by hand becomes a document like those;
any other is kept as it is, sealed with the rest of what describes it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any

from clinical_docs.domain import intake
from clinical_docs.domain.intake import Taken
from core.files.kinds import Unfit
from core.files.quarantine import of_bytes
from core.files.scanning import Infected
from core.importing.node import Node

TEXT = ("text/plain", "text/markdown", "text/csv")


@dataclass(frozen=True)
class Attached:
    """What is known of an attachment; `file` is set where it may become a document, `text` where it
    is one."""

    known: dict[str, Any]
    file: Taken | None = None
    sent_sha256: str = ""
    text: str | None = None

    @property
    def name(self) -> str:
        """What it is called where it comes from."""
        return str(self.known.get("title") or self.known.get("url", "").rpartition("/")[2])


def attached(attachment: Node) -> Attached:
    """Looked into. Raises core.importing.errors.Unfit for what is no base64, and for a virus."""
    content = _content(attachment)
    known = _known(attachment, content)
    if not content:
        return Attached(known)
    if str(known.get("mime", "")).partition(";")[0].strip() in TEXT:
        text = content.decode("utf-8", errors="replace").replace("\0", "\ufffd")
        return Attached(known, text=text.strip())
    try:
        file = intake.take_in(of_bytes(content, "attachment"))
    except Infected as error:
        raise attachment.unfit("data", f"is refused: {error}") from error
    except Unfit as error:
        return Attached({**known, "content": content, "why_no_document": str(error)})
    return Attached(known, file, hashlib.sha256(content).hexdigest())


def _known(attachment: Node, content: bytes) -> dict[str, Any]:
    known = {
        "mime": attachment.text("contentType")[:100],
        "title": attachment.text("title"),
        "url": attachment.text("url"),
        "size": len(content) if content else attachment.number("size"),
        "sha256": hashlib.sha256(content).hexdigest() if content else "",
    }
    return {name: value for name, value in known.items() if value not in ("", None)}


def _content(attachment: Node) -> bytes:
    try:
        return base64.b64decode("".join(attachment.text("data").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise attachment.unfit("data", "is not base64") from error
