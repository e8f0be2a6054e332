"""Writes `.env.example` from the table: `python -m clinic.environment.example > .env.example`."""

import sys
from collections.abc import Iterator

from clinic.environment.table import SECTIONS, Section

HEAD = (
    "# Copy this file to .env and take the # off the lines you want to change.",
    "# bin/up needs none of them: it brings its own servers. The environment comes before this file.",
)


def example() -> str:
    """The whole file; every variable stands there commented out."""
    lines = [*HEAD]
    for section in SECTIONS:
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"# --- {section.title}"
    for variable in section.variables:
        yield f"# {variable.explanation}"
        yield f"#{variable.name}={variable.example}"


if __name__ == "__main__":
    sys.stdout.write(example())
