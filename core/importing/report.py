"""What an import has done, counted by resource type."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

SHOWN = ("read", "created", "unchanged", "rejected")
MOST_KEPT = 100_000


@dataclass
class Count:
    """How many resources of a type were read and what became of them."""

    read: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: int = 0
    changed: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts; `changed` only where there are any."""
        return {k: v for k, v in asdict(self).items() if k in SHOWN or v}


@dataclass(frozen=True)
class Rejection:
    """A resource that was not taken in: where it stands and why."""

    file: str
    position: int
    resource: str
    path: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}, no. {self.position}"
        return ": ".join(filter(None, (place, self.resource, self.path, self.reason)))


@dataclass
class Report:
    """The whole of an import."""

    files: int = 0
    patients: int = 0
    seconds: float = 0.0
    resources: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    rejections: list[Rejection] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    def reject(self, rejection: Rejection, resource_type: str, *, read: bool = False) -> None:
        """Count it, and keep it to be shown; `read` when it was not counted as read before."""
        count = self.resources[resource_type or "unknown"]
        count.rejected += 1
        count.read += read
        if len(self.rejections) < MOST_KEPT:
            self.rejections.append(rejection)

    @property
    def rejected(self) -> int:
        return sum(count.rejected for count in self.resources.values())

    @property
    def read(self) -> int:
        return sum(count.read for count in self.resources.values())

    @property
    def created(self) -> int:
        return sum(count.created for count in self.resources.values())

    def as_dict(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "files": self.files,
            "resources": {name: c.as_dict() for name, c in sorted(self.resources.items())},
            "patients": self.patients,
            "seconds": round(self.seconds, 2),
        }
