"""People at work, over HTTP through the clinic's real pages, and what they were told was saved.

Whatever is acknowledged goes to a journal outside the clinic, written to disk before the next
step: it is the oracle that nothing which was promised is ever missing.
"""

import itertools
import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from core.accounts.demo import demo_accounts
from core.testing.running import RunningClinic

SLOWEST_CLIENT_SECONDS = 15.0
EDIT_EVERY = 6


class Journal:
    """Acknowledged writes, one JSON line each, on disk before `note` returns."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._open = file.open("a")

    def note(self, kind: str, patient: str, word: str = "") -> None:
        with self._lock:
            self._open.write(json.dumps({"kind": kind, "patient": patient, "word": word}) + "\n")
            self._open.flush()
            os.fsync(self._open.fileno())

    def lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]


@dataclass
class Tally:
    """What the people met: how long each answer took, and the answers that were no success."""

    slowest: dict[str, float] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    answered: int = 0
    signed_out: int = 0

    def add(self, page: str, status: str, seconds: float) -> None:
        self.answered += 1
        self.slowest[page] = max(seconds, self.slowest.get(page, 0.0))
        if status != "ok":
            self.failed[status] = self.failed.get(status, 0) + 1


class Person:
    """Signs in, then registers, edits, writes notes and takes vital signs until told to stop."""

    def __init__(self, clinic: RunningClinic, journal: Journal, tally: Tally) -> None:
        self.journal, self.tally = journal, tally
        self.client = httpx.Client(base_url=clinic.url, timeout=SLOWEST_CLIENT_SECONDS)
        self.patient, self.version, self.weight = "", 1, 0
        self.words = (f"{uuid4().hex}-{n}" for n in itertools.count())

    def sign_in(self) -> None:
        """Through the form, as the demo's nurse."""
        nurse = demo_accounts()[1]
        self.client.get("/sign-in/")
        answer = self.send("/sign-in/", username=nurse.username, password=nurse.password)
        if answer is None or answer.status_code != 302:
            raise RuntimeError("The nurse could not sign in.")

    def work(self, stopping: threading.Event) -> None:
        for turn in itertools.count():
            if stopping.is_set():
                return
            if not self.patient or turn % EDIT_EVERY == 0:
                self.register()
            if self.patient:
                self.do(turn)
            # Somebody at a keyboard; also keeps a refused connection from being tried in a loop.
            time.sleep(0.02)

    def do(self, turn: int) -> None:
        """One step of the round, at the patient registered last."""
        steps = (self.edit, self.write_note, self.take_vitals, self.look)
        steps[turn % len(steps)]()

    def register(self) -> None:
        word = next(self.words)
        answer = self.send("/patients/register/", family_name=letters(word), **self.form())
        if answer is not None and answer.status_code == 302:
            self.patient, self.version = answer.headers["Location"].strip("/").split("/")[-1], 1
            self.journal.note("register", self.patient, letters(word))

    def edit(self) -> None:
        word = letters(next(self.words))
        page = f"/patients/{self.patient}/edit/"
        answer = self.send(page, family_name=word, version=self.version, **self.form())
        if answer is not None and answer.status_code == 302:
            self.version += 1
            self.journal.note("edit", self.patient, word)
        else:
            # Whether it was saved is not known: this patient's version is not ours to guess.
            self.patient = ""

    def write_note(self) -> None:
        word = next(self.words)
        answer = self.send(f"/patients/{self.patient}/note/", text=word, key=str(uuid4()))
        self.note_if_saved(answer, "note", word)

    def take_vitals(self) -> None:
        # Every one of a patient's weights is another one, so that each can be told from the rest.
        self.weight = self.weight % 3990 + 1
        kilos = f"{self.weight / 10 + 1:.1f}"
        answer = self.send(f"/patients/{self.patient}/vitals/", weight=kilos, key=str(uuid4()))
        self.note_if_saved(answer, "vitals", kilos)

    def note_if_saved(self, answer: httpx.Response | None, kind: str, word: str) -> None:
        if answer is not None and "saved" in answer.headers.get("HX-Trigger", ""):
            self.journal.note(kind, self.patient, word)

    def look(self) -> None:
        """Read the record: what was acknowledged must be on it, wherever it is by now."""
        self.call("GET", f"/patients/{self.patient}/")

    def form(self) -> dict[str, str]:
        return {"sex": "female", "given_names": "Grace", "key": str(uuid4())}

    def send(self, page: str, **fields: Any) -> httpx.Response | None:
        headers = {"X-CSRFToken": self.client.cookies.get("csrftoken", ""), "Referer": ""}
        return self.call("POST", page, data=fields, headers=headers)

    def call(self, method: str, page: str, **options: Any) -> httpx.Response | None:
        started = time.perf_counter()
        try:
            answer = self.client.request(method, page, **options)
        except httpx.HTTPError as error:
            self.tally.add(page_name(page), type(error).__name__, time.perf_counter() - started)
            return None
        bad = answer.status_code >= 400
        status = str(answer.status_code) if bad else "ok"
        self.tally.add(page_name(page), status, time.perf_counter() - started)
        self.tally.signed_out += "/sign-in/" in answer.headers.get("Location", "")
        return answer


def page_name(page: str) -> str:
    """`/patients/…/note/` is `note`; the record itself has only the id."""
    last = page.strip("/").split("/")[-1]
    return "record" if len(last) == 36 else last


def letters(word: str) -> str:
    """A name is made of letters: hexadecimal digits in a spelling of their own."""
    return "".join(chr(ord("a") + "0123456789abcdef-".index(sign)) for sign in word)


class Load:
    """`with Load(clinic, journal) as load:` keeps so many people at work meanwhile."""

    def __init__(self, clinic: RunningClinic, journal: Journal, people: int = 3) -> None:
        self.tally, self._stopping = Tally(), threading.Event()
        self._people = [Person(clinic, journal, self.tally) for _ in range(people)]
        work = self._stopping
        self._threads = [threading.Thread(target=p.work, args=(work,)) for p in self._people]

    def __enter__(self) -> "Load":
        for person in self._people:
            person.sign_in()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(SLOWEST_CLIENT_SECONDS * 3)
