"""All reference tables, in the order in which one needs the other."""

from collections.abc import Iterator

from clinic.reference import care, goods, medicines, writing
from clinic.reference.diagnoses import TABLE, load_diagnosis_codes
from clinic.reference.tables import Loaded, load


def load_all() -> Iterator[tuple[str, Loaded]]:
    """Loads table after table; each is committed by itself. A second time there is nothing to do."""
    yield from load_small()
    yield TABLE, load_diagnosis_codes()


def load_small() -> Iterator[tuple[str, Loaded]]:
    """What the first patient needs; the codes of ICD-10-CM take longer."""
    for table in (*care.TABLES, *goods.TABLES, *medicines.TABLES, *writing.TABLES):
        yield table.name, load(table)
