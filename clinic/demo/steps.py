"""The demo clinic, step by step. What is done stays done, whatever happens to the process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from clinic.demo.accounts import create_staff
from clinic.demo.day import live_through_the_day
from clinic.demo.files import add_documents
from clinic.demo.known import make_formulary_known
from clinic.demo.money import bill_last_year
from clinic.demo.patients import import_first, import_rest, link_tests
from clinic.demo.progress import Advance, Facts, Teller
from clinic.demo.stock import fill_shelves
from clinic.models import DemoStep
from clinic.reference.diagnoses import load_diagnosis_codes
from clinic.reference.loading import load_small
from core.capture.context import acting
from core.clock import today
from core.errors import ClinicError
from patients.models import Patient

LOCK = 0x5E7C14


class AtWork(ClinicError):
    """Another process makes the demo clinic at this moment."""


class NotADemo(ClinicError):
    """Made-up patients have no business here."""


class Step(NamedTuple):
    """Work that is done once; `resumes` itself where it is too long for one transaction."""

    name: str
    title: str
    work: Callable[[Advance], Facts]
    resumes: bool = False


def load_tables(_: Advance) -> Facts:
    loaded = {name: counts.read for name, counts in load_small()}
    make_formulary_known()
    return loaded


def steps() -> tuple[Step, ...]:
    """In this order: somebody can sign in within seconds and find a patient soon after."""
    return (
        Step("accounts", "Accounts", lambda _: create_staff()),
        Step("tables", "Reference tables", load_tables),
        Step("stock", "Stock", lambda _: fill_shelves()),
        Step("first patients", "First patients", import_first, resumes=True),
        Step("patients", "All patients", import_rest, resumes=True),
        Step("tests", "Laboratory tests", lambda _: link_tests()),
        Step("money", "Invoices", lambda _: bill_last_year()),
        Step(f"day {today()}", "Today", lambda _: live_through_the_day()),
        Step("documents", "Documents", lambda _: add_documents()),
        Step("diagnoses", "Diagnosis codes", lambda _: {"codes": load_diagnosis_codes().read}),
    )


def make_demo(teller: Teller) -> dict[str, Any]:
    """Does what is left to do; what each step counted. Raises AtWork and NotADemo."""
    done: dict[str, Any] = {}
    with sole_maker(), acting(reason="demo clinic"):
        refuse_real_clinic()
        finished = dict(DemoStep.objects.values_list("name", "facts"))
        for step in steps():
            began = monotonic()
            facts = finished[step.name] if step.name in finished else carry_out(step, teller)
            seconds = round(monotonic() - began, 2)
            done[step.name] = {**facts, "seconds": seconds, "is_new": step.name not in finished}
    return done


def refuse_real_clinic() -> None:
    """Accounts with passwords that everybody knows must never meet real patients."""
    if not settings.CLINIC_DEMO:
        raise NotADemo("CLINIC_DEMO=0 says that this is no demo clinic.")
    if not DemoStep.objects.exists() and Patient.objects.exists():
        raise NotADemo("There are patients already; the demo clinic is for an empty one.")


def carry_out(step: Step, teller: Teller) -> Facts:
    """The work and the mark that it is done, both or neither."""
    shown = teller.step(step.title)
    if step.resumes:
        facts = step.work(shown.advance)
        DemoStep.objects.create(name=step.name, facts=facts)
    else:
        with transaction.atomic():
            facts = step.work(shown.advance)
            DemoStep.objects.create(name=step.name, facts=facts)
    shown.done(facts)
    return facts


@contextmanager
def sole_maker() -> Iterator[None]:
    """Nobody else may make it at the same time; the lock ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise AtWork("The demo clinic is being made by another process already.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
