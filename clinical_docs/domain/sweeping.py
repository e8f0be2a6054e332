"""Comparing the store with the rows: what is nobody's goes, what is missing is told."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from clinical_docs.models import FileClaim
from core.files.store import Store, store

logger = logging.getLogger(__name__)

CLAIMED_FOR = timedelta(hours=1)
# A crash leaves two files at a time. Whole shelves of nobody's mean that the rows are the wrong
# ones, from an older backup for example: then a person decides.
MOST_BY_ITSELF = 50
ROWS = """
    SELECT storage_key FROM document_versions
    UNION SELECT thumbnail_key FROM document_versions WHERE thumbnail_key <> ''
"""


@dataclass(frozen=True)
class Swept:
    """How many files have rows; keys that had none; keys of rows without a file."""

    kept: int
    orphans: list[str]
    missing: list[str]


def sweep(*, is_trial: bool = False) -> Swept:
    """Take away every file of the store that no row names and nobody is about to name.

    An old claim is given up first, and no row can be committed without its claim; the store is
    listed before the rows are read. So whatever is found with neither will never have one. A trial
    changes nothing. Raises ServiceUnavailable.
    """
    files = store()
    if not is_trial:
        FileClaim.objects.filter(claimed_at__lt=timezone.now() - CLAIMED_FOR).delete()
    found = set(files.keys())
    rows, claimed = _named()
    orphans = sorted(found - rows - claimed)
    if not is_trial:
        for key in orphans:
            files.delete(key)
    missing = _missing(files, rows - found)
    return Swept(len(rows) - len(missing), orphans, missing)


def tidy() -> int:
    """The sweep as it is done regularly, as long as there is little to sweep; how many files went."""
    found = sweep(is_trial=True)
    if found.missing:
        logger.error("%s files are missing, the first is %s", len(found.missing), found.missing[0])
    if len(found.orphans) > MOST_BY_ITSELF:
        logger.error("%s files have no rows: see manage.py sweep_files", len(found.orphans))
        return 0
    return len(sweep().orphans)


def _named() -> tuple[set[str], set[str]]:
    """What rows and claims name, both at one moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT true, r.* FROM ({ROWS}) AS r UNION SELECT false, key FROM file_claims")  # noqa: S608  # fmt: skip
        found = cursor.fetchall()
    return {key for is_row, key in found if is_row}, {key for is_row, key in found if not is_row}


def _missing(files: Store, suspects: set[str]) -> list[str]:
    """A file may have come while the store was being listed: it is looked for once more."""
    return sorted(suspects - set(files.keys())) if suspects else []
