"""No answer that shows a patient leaves before it is in the audit who saw whom."""

import logging
import time
from collections import OrderedDict
from typing import Any
from uuid import UUID

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse

from core.capture.context import acting
from core.outbox.domain import put_fact
from core.reads import Reading, watching
from core.shell import pace
from core.shell.middleware import is_fragment, refused, unreachable

logger = logging.getLogger(__name__)

ONE_LOOK_SECONDS = 15 * 60
"""A page that refreshes itself within this time goes on with the look it began."""
MOST_LOOKS = 100_000
PARTS = "parts"
"""In the place of a page: the things whose parts come as answers of their own."""
UNWRITTEN = "What you asked for was not shown, because it could not be written to the audit."


class Looks:
    """What this process has told lately: (session, page, patient or thing) by time, the oldest
    first.

    Forgetting one only means that it is told again.
    """

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def new(self, session: str, page: str, patients: set[str]) -> set[str]:
        """Those of the patients whom the session did not see on this page lately."""
        since = time.monotonic() - ONE_LOOK_SECONDS
        return {one for one in patients if self._told.get((session, page, one), since) <= since}

    def forget(self) -> None:
        self._told.clear()

    def keep(self, session: str, page: str, patients: set[str]) -> None:
        now = time.monotonic()
        for one in patients:
            self._told[session, page, one] = now
            self._told.move_to_end((session, page, one))
        while len(self._told) > MOST_LOOKS:
            self._told.popitem(last=False)


looks = Looks()


class ReadingMiddleware:
    """Watches whom an answer shows and tells it, sync or async; without that, nothing is shown."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        with watching() as reading:
            response = self.get_response(request)
        return told(request, response, reading)

    async def __acall__(self, request: HttpRequest) -> HttpResponse:
        with watching() as reading:
            response: HttpResponse = await self.get_response(request)
        if not _shows(response, reading):
            return response
        return await sync_to_async(told)(request, response, reading)


def told(request: HttpRequest, response: HttpResponse, reading: Reading) -> HttpResponse:
    """The answer, once it is in the audit; else a page that says why it is withheld."""
    if not _shows(response, reading):
        return response
    try:
        if not _is_read(request, reading):
            return _refused(request, reading)
        _tell(request, reading)
    except DatabaseError as error:
        logger.error("%s was withheld: no audit of it", request.path, exc_info=error)
        return unreachable(request, UNWRITTEN)
    return response


def _shows(response: HttpResponse, reading: Reading) -> bool:
    """Redirects, refusals and empty answers show nobody."""
    return response.status_code in (200, 409, 422) and bool(reading.patients or reading.action)


def _is_read(request: HttpRequest, reading: Reading) -> bool:
    """False for one more record than a person reads in an hour. What was sent is done by now, so
    its answer is shown in any case; lists show nothing of a record but whose it is."""
    patient = _only(reading.patients)
    if not patient or request.method not in ("GET", "HEAD"):
        return True
    return pace.is_a_persons(request.user.pk, patient)


def _refused(request: HttpRequest, reading: Reading) -> HttpResponse:
    patient, page = _uuid(_only(reading.patients)), page_of(request)
    put_fact("refuse", entity_type="patient", entity_id=patient, patient_id=patient, page=page)
    return refused(request, pace.TOO_MANY.format(most=settings.RECORDS_AN_HOUR), status=429)


def _tell(request: HttpRequest, reading: Reading) -> None:
    session, page = _session(request), page_of(request)
    if reading.is_part and not looks.new(session, PARTS, {reading.whole}):
        return
    goes_on = not reading.action and (is_fragment(request) or request.method != "GET")
    patients = looks.new(session, page, reading.patients) if goes_on else reading.patients
    if goes_on and not patients:
        return
    with acting(**getattr(request, "because", {})):
        put_fact(
            reading.action or "view",
            entity_type=reading.entity_type,
            entity_id=reading.entity_id or _only(patients, reading.entity_type),
            patient_id=_uuid(_only(patients)),
            **({"patients": sorted(patients)} if len(patients) > 1 else {}),
            **(reading.details or {"page": page}),
        )
    looks.keep(session, page, patients)
    if reading.whole:
        looks.keep(session, PARTS, {reading.whole})


def _only(patients: set[str], entity_type: str = "patient") -> str:
    """The one patient it is all about."""
    return next(iter(patients)) if len(patients) == 1 and entity_type == "patient" else ""


def _uuid(patient: str) -> UUID | None:
    """None for nobody, and for what an import from elsewhere called a patient."""
    try:
        return UUID(patient) if patient else None
    except ValueError:
        return None


def page_of(request: HttpRequest) -> str:
    """The name of the address, like `patients:record`."""
    match = request.resolver_match
    return match.view_name if match else request.path


def _session(request: HttpRequest) -> str:
    session = getattr(request, "session", None)
    return str(session.session_key or "") if session is not None else ""
