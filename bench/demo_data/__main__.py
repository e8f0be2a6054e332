"""Makes clinic/demo/data: `python -m bench.demo_data [FOLDER OF A FINISHED SIMULATION]`.

Without a folder it runs the simulator first, which takes about two minutes.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.demo_data.charts import Chart, read_charts
from bench.demo_data.choose import choose_patients, thin
from bench.demo_data.hours import keep_hours
from bench.demo_data.labs import regroup_labs
from bench.demo_data.letters import file_letters
from bench.demo_data.measures import thin_measures
from bench.demo_data.medicines import prescribe
from bench.demo_data.notes import rewrite_notes
from bench.demo_data.oddities import oddities
from bench.demo_data.people import rename
from bench.demo_data.staff import replace_staff, shared_resources
from bench.demo_data.visits import tidy_visits
from bench.demo_data.writing import finished, write_bundles

TARGET = Path(__file__).resolve().parents[2] / "clinic" / "demo" / "data"
PATIENTS, FIRST = 200, 20
SIMULATE = (
    "simulate --population 260 --seed 20260101 --country US"
    " --start 2021-01-01 --end 2025-12-31 --format fhir-r4"
)


def main() -> None:
    with TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else simulate(Path(scratch))
        charts = choose_patients(read_charts(folder / "fhir_r4"), PATIENTS)
    for chart in charts:
        tidy(chart)
    rename(charts)
    write([*charts, *oddities(charts)])


def simulate(folder: Path) -> Path:
    """Five years of a small town, always the same."""
    program = Path(sys.executable).with_name("clinosim")
    subprocess.run([program, *SIMULATE.split(), "-o", str(folder)], check=True)
    return folder


def tidy(chart: Chart) -> None:
    """Turns a hospital's chart into one of a clinic, step by step."""
    thin(chart)
    thin_measures(chart)
    regroup_labs(chart)
    prescribe(chart)
    tidy_visits(chart)
    replace_staff(chart)
    rewrite_notes(chart)
    keep_hours(chart)
    file_letters(chart)


def write(charts: list[Chart]) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    first, rest = charts[:FIRST], charts[FIRST:]
    parts = {
        "patients-first.ndjson.xz": [shared_resources(), *map(finished, first)],
        "patients-rest.ndjson.xz": [*map(finished, rest)],
    }
    for name, groups in parts.items():
        count = write_bundles(TARGET / name, groups)
        size = (TARGET / name).stat().st_size
        print(f"{name}: {len(groups)} bundles, {count} resources, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
