"""Who gets through which door, written down anew: `python -m bench.matrix`.

Writes clinic/tests/matrix.txt; `git diff` then tells what has changed.
"""

import logging
import time

from bench.scratch import scratch  # isort: skip  (sets Django up)

from clinic.tests import matrix
from clinic.tests.papers import staff, write_everything


def main() -> None:
    logging.getLogger("django_structlog").setLevel(logging.ERROR)
    with scratch("matrix"):
        people = staff()
        known = matrix.things_of(write_everything(people)[0])
        began = time.perf_counter()
        cells = matrix.tried(matrix.actors_of(people), known)
    matrix.FILE.write_text(matrix.written(cells), "utf-8")
    many = sum(map(len, cells.values()))
    print(f"{many} cells in {time.perf_counter() - began:.0f} s, written to {matrix.FILE}")


if __name__ == "__main__":
    main()
