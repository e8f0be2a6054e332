"""From the commit of a change in one process to an open page in Chromium: milliseconds.

    CHROMIUM=/usr/bin/chromium python -m bench.latency [--changes 100]

`mongodb` is from the row's insert to its delivery, acknowledged by a majority and marked; `frame`
from the commit to the socket's frame in the browser; `page` to the change standing in the record,
which includes the 150 ms in which a record gathers changes before it asks for them together.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

import django

django.setup()

import psycopg  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

from bench.figures import percentiles  # noqa: E402
from core.accounts.demo import demo_accounts  # noqa: E402
from core.testing.founding import founded, manage  # noqa: E402
from core.testing.load import Journal, Person, Tally, letters  # noqa: E402
from core.testing.running import RunningClinic  # noqa: E402

WRITER = """
import sys, time, django
django.setup()
from patients.models import Patient
for line in sys.stdin:
    key, name = line.split()
    Patient.objects.filter(pk=key).update(given_names=name)
    print(time.time(), flush=True)
"""
WATCHER = """
const now = () => performance.timeOrigin + performance.now();
window.seen = {}; window.frames_heard = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", (said) => window.frames_heard.push([now(), said.data]));
  }
};
new MutationObserver(() => {
  if (window.awaited && document.querySelector("#record-banner")?.textContent.includes(window.awaited))
    window.seen[window.awaited] ??= now();
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
DELIVERED = """
SELECT 1000 * extract(epoch FROM done_at - created_at)::float FROM outbox
WHERE operation = 'U' AND entity_type = 'patient' AND state = 'd'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seth-clinic-latency-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with founded(home) as clinic:
            manage(clinic, "collectstatic", "--noinput", "-v0")
            clinic.stop("daphne")
            clinic.start("daphne")
            measured = measure(clinic, options.changes)
    for what, times in measured.items():
        print(json.dumps({"to": what, "changes": len(times), **percentiles(times)}))


def measure(clinic: RunningClinic, changes: int) -> dict[str, list[float]]:
    """Open a record in Chromium, then change it from another process again and again."""
    patient = somebody(clinic)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=clinic.full_env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_init_script(WATCHER)
        open_record(page, clinic, patient)
        times = [one_change(page, writer, patient, n) for n in range(changes)]
        browser.close()
    writer.terminate()
    frames, shown = zip(*times, strict=True)
    return {"mongodb": delivered(clinic), "frame": list(frames), "page": list(shown)}


def somebody(clinic: RunningClinic) -> str:
    """A patient to change."""
    nurse = Person(clinic, Journal(clinic.home / "journal.ndjson"), Tally())
    nurse.sign_in()
    nurse.register()
    return nurse.patient


def open_record(page: Page, clinic: RunningClinic, patient: str) -> None:
    nurse = demo_accounts()[1]
    page.goto(f"{clinic.url}/sign-in/?next=/patients/{patient}/")
    page.fill("[name=username]", nurse.username)
    page.fill("[name=password]", nurse.password)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#live[data-state=live]", state="attached")
    page.wait_for_timeout(1_000)


def one_change(page: Page, writer: Any, patient: str, n: int) -> tuple[float, float]:
    """Milliseconds from the commit to its frame, and to its standing in the page."""
    time.sleep(random.uniform(0.3, 0.6))
    word = f"Grace{letters(f'{n:04x}')}"
    page.evaluate("(word) => { window.awaited = word; window.frames_heard = []; }", word)
    writer.stdin.write(f"{patient} {word}\n")
    writer.stdin.flush()
    committed = 1000 * float(writer.stdout.readline())
    page.wait_for_function("(word) => window.seen[word]", arg=word, timeout=20_000)
    shown = cast(float, page.evaluate("(word) => window.seen[word]", word))
    heard = cast("list[tuple[float, str]]", page.evaluate("window.frames_heard"))
    frame = next(at for at, said in heard if json.loads(said).get("kind") == "update")
    return frame - committed, shown - committed


def delivered(clinic: RunningClinic) -> list[float]:
    with psycopg.connect(clinic.env["DATABASE_SUPERUSER_URL"]) as postgres:
        return [took for (took,) in postgres.execute(DELIVERED)]


if __name__ == "__main__":
    main()
