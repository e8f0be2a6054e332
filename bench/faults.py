"""Kills each server and program under load, and prints what became of every acknowledged write.

    python -m bench.faults [--kills 10] [--only mongod relay] [--seed 1]

One JSON object a line: kills, acknowledged, missing, extra, disorder, redelivered, the longest
page in seconds, seconds until the outbox was empty. `missing`, `extra` and `disorder` must be 0.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

from core.testing.founding import founded  # noqa: E402
from core.testing.killing import kill_under_load  # noqa: E402

NAMES = ("mongod", "valkey", "relay", "daphne", "postgres")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--only", nargs="*", choices=NAMES, default=NAMES)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seth-clinic-faults-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with founded(home) as clinic:
            for name in options.only:
                found = kill_under_load(clinic, name, options.kills, home, seed=options.seed)
                print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
