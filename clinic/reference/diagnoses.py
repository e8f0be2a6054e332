"""The codes of ICD-10-CM, out of the package simple-icd-10-cm, replaced as a whole."""

from collections.abc import Iterator
from importlib import import_module, metadata

from django.db import connection, transaction

from clinic.models import LoadedReference
from clinic.reference.tables import Loaded, hold_lock, remember
from patients.models import DiagnosisCode

PACKAGE, MODULE = "simple-icd-10-cm", "simple_icd_10_cm"
TABLE = "diagnosis_codes"


def load_diagnosis_codes() -> Loaded:
    """Replaces all codes when the package has changed.

    Importing the package takes two seconds and 190 MB, so it is done only then.
    """
    version = metadata.version(PACKAGE)
    if LoadedReference.objects.filter(table=TABLE, key=PACKAGE, digest=version).exists():
        return Loaded(DiagnosisCode.objects.count(), 0)
    codes = list(diagnosis_codes())
    with transaction.atomic():
        hold_lock()
        replace_codes(codes)
        remember(TABLE, {PACKAGE: version})
    return Loaded(len(codes), len(codes))


def diagnosis_codes() -> Iterator[tuple[str, str, bool]]:
    """(code, title, whether it may be billed) of every category and code, no chapters or blocks."""
    book = import_module(MODULE)
    # A category that is a block of its own, as B10, is listed twice.
    for code in dict.fromkeys(book.get_all_codes(True)):
        if book.is_category_or_subcategory(code):
            yield code, " ".join(book.get_description(code).split()), book.is_leaf(code)


def replace_codes(codes: list[tuple[str, str, bool]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute("DELETE FROM diagnosis_codes")
        with cursor.copy("COPY diagnosis_codes (code, title, billable) FROM STDIN") as copy:
            for row in codes:
                copy.write_row(row)
