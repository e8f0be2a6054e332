"""The laboratory: the worklist at the left, one patient's work at the right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from clinical_docs.domain.sheets import NotSaved
from clinical_docs.queries import lab_work
from clinical_docs.queries.lab_sheet import Sheet
from clinical_docs.queries.lab_work import Work
from clinical_docs.queries.worklist import Worklist, worklist
from clinical_docs.views.lab_acts import acts_for
from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.accounts.roles import Role
from core.editing import drafts
from core.editing.versions import sealed, unsealed
from core.ids import uuid7
from core.shell import words
from core.shell.acts import Act
from patients.domain.specimens import accession_in
from patients.models import CriticalCall, Patient, Specimen
from patients.queries.record import patient_or_404, patients_for

DRAFT = "lab-results"
REASONS = (
    "Haemolysed",
    "Clotted",
    "Too little",
    "Wrong tube",
    "Not labelled",
    "Leaked or broken",
)
KEPT = ("tab", "q")
MAY = {"collect": "lab.collect", "result": "lab.result", "verify": "lab.verify"}


@require_safe
@access("lab.view")
def lab(request: StaffRequest) -> HttpResponse:
    """The whole page; its list, or its work, alone when they have news.

    A scanned label opens that sample.
    """
    if found := _scanned(request):
        return found
    listed = worklist(request.GET.get("tab", ""), request.GET.get("q", ""))
    patient = _chosen(request, listed)
    if request.htmx.target == "lab-list":
        return render(request, "clinical_docs/lab.html#lab-list", _list(request, listed, patient))
    page = {**_list(request, listed, patient), **(work_page(request, patient) if patient else {})}
    template = "lab.html#lab-work" if request.htmx.target == "lab-work" else "lab.html"
    return render(request, f"clinical_docs/{template}", page)


def work_page(
    request: StaffRequest,
    patient: Patient,
    *,
    typed: Mapping[str, str] | None = None,
    refused: NotSaved | None = None,
    said: str = "",
    amending: str | None = None,
) -> dict[str, Any]:
    """What the work at the right needs; `typed` as somebody left it, `refused` why it is not saved."""
    draft = drafts.find(DRAFT, str(patient.pk), by=request.user) if typed is None else None
    fields = typed or (draft.fields if draft else {})
    mine = changed_in(fields)
    wanted = amending if amending is not None else request.GET.get("amend", "")
    may = {name: request.user.has_perm(permission) for name, permission in MAY.items()}
    work = lab_work.work_of(patient, mine, wanted if may["verify"] else "")
    unfit = _unfit(work, request.user)
    is_live = request.htmx and request.method == "GET"
    return {
        "work": work,
        "patient": patient,
        "may": may,
        "kept": draft if mine else None,
        "key": uuid7(),
        "base": _base(work, mine, fields, is_refused=refused is not None),
        "acts_here": acts_for(work, may, unfit),
        "focus": "" if is_live or work.untold or refused else work.first_empty,
        "reject_reasons": REASONS,
        "theirs": _by_name(refused.theirs) if refused else {},
        "odd": {lab_work.place_of(*place) for place in refused.odd} if refused else set(),
        "said": said or (str(refused) if refused else ""),
        "clinicians": _clinicians() if work.untold else [],
        "told_ways": CriticalCall.How.choices,
        "told_at": timezone.localtime(),
        "told_to": _orderer(work),
        "unfit": unfit if may["verify"] else "",
        **_banner(work),
    }


def work_answer(
    request: StaffRequest, patient: Patient, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The work as it is now, and news for the list beside it."""
    tab = request.GET.get("tab", "")
    page = {**_list(request, None, patient), **work_page(request, patient, **more), "tab": tab}
    answer = render(request, "clinical_docs/lab.html#lab-work", page, status=status)
    return trigger_client_event(answer, "live:lab_requests") if status == 200 else answer


def _scanned(request: StaffRequest) -> HttpResponse | None:
    """The page of the sample whose number was scanned or typed."""
    number = accession_in(request.GET.get("q", ""))
    specimen = Specimen.objects.filter(accession=number).first() if number else None
    if specimen is None:
        return None
    where = urlencode({"of": specimen.patient_id, "sample": specimen.accession})
    return redirect(f"{reverse('clinical_docs:lab')}?{where}")


def _chosen(request: StaffRequest, listed: Worklist) -> Patient | None:
    """Whom the address names; on a page opened without a name, whoever is first in the list."""
    try:
        wanted = UUID(request.GET.get("of", ""))
    except ValueError:
        piles = [] if request.htmx else [pile for _, piles in listed.groups for pile in piles]
        return piles[0].patient if piles else None
    return patients_for(request.user).filter(pk=wanted).first()


def _list(
    request: StaffRequest, listed: Worklist | None, patient: Patient | None
) -> dict[str, Any]:
    """The list, and the addresses of list and work with what is chosen in them."""
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    of = {"of": patient.pk} if patient else {}
    path = reverse("clinical_docs:lab")
    return {
        "listed": listed,
        "chosen": patient.pk if patient else None,
        "sample": request.GET.get("sample", ""),
        "is_named": "of" in request.GET,
        "list_url": f"{path}?{urlencode(kept)}",
        "work_url": f"{path}?{urlencode({**kept, **of})}",
    }


def changed_in(fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed otherwise than the form showed it first; the rest may have changed meanwhile."""
    first = unsealed(fields.get("base", ""))
    values = {name: text for name, text in fields.items() if name.startswith("v-")}
    return {name: text for name, text in values.items() if text != first.get(name, "")}


def _base(
    work: Work, mine: Mapping[str, str], fields: Mapping[str, str], *, is_refused: bool
) -> str:
    """What the form showed first: what is stored now, but for words begun earlier.

    After a refusal it is what is stored now: theirs stands beside mine, saving again is a choice.
    """
    earlier = fields.get("base", "") if mine and not is_refused else ""
    return earlier or sealed(lab_work.base_of(work.sheets))


def _by_name(theirs: Mapping[tuple[UUID, str], str]) -> dict[str, str]:
    return {lab_work.place_of(*place): text for place, text in theirs.items()}


def _clinicians() -> list[str]:
    people = User.objects.filter(is_active=True, roles__contains=[Role.CLINICIAN])
    return [user.display_name for user in people]


def _orderer(work: Work) -> str:
    """Who ordered what is critical is whom one calls first."""
    sheet = next((sheet for sheet in work.open if sheet.untold), None)
    who = sheet.request.requester if sheet else None
    return who.display_name if who else ""


def _unfit(work: Work, user: User) -> str:
    """Why this person cannot verify what is complete."""
    if work.untold:
        many = len(work.untold)
        values = "1 critical value" if many == 1 else f"{many} critical values"
        return f"{values} not yet told. Record the call, then verify."
    mine = [sheet for sheet in work.to_verify if is_own(sheet, user)]
    return "You entered these; somebody else must verify them." if mine else ""


def is_own(sheet: Sheet, user: User) -> bool:
    """Whether a second person is needed, and this is not one."""
    return sheet.request.second_person and sheet.request.resulted_by_id == user.pk


def _banner(work: Work) -> dict[str, Any]:
    record = Act("Record", reverse("patients:record", args=[work.patient.pk]), key="o")
    known = work.patient.allergies.filter(active=True).exclude(verification="entered-in-error")
    allergies = [f"{a.substance}: {a.reaction}" if a.reaction else a.substance for a in known]
    return {
        "allergies": list(dict.fromkeys(allergies)),
        "facts": _of_specimens(work.specimens),
        "acts": [record],
    }


def _of_specimens(taken: list[Specimen]) -> list[tuple[str, str]]:
    """`samples 261124-0007-4, 261124-0008-2`, `taken 10:21, Ben`, `received 10:24`."""
    if not taken:
        return []
    at = {_moment(one.collected_at, one.collected_by) for one in taken if one.collected_at}
    received = {words.clinic_time(one.received_at) for one in taken if one.received_at}
    facts = [
        ("sample" if len(taken) == 1 else "samples", [one.accession for one in taken]),
        ("taken", sorted(at)),
        ("received", sorted(received)),
    ]
    return [(label, ", ".join(texts)) for label, texts in facts if texts]


def _moment(at: datetime, by: User | None) -> str:
    return f"{words.clinic_time(at)} {by.get_short_name()}" if by else words.clinic_time(at)


def patient_of(request: StaffRequest, patient_id: UUID) -> Patient:
    """The patient. Raises Http404 for a stranger as for one who does not exist."""
    return patient_or_404(request.user, patient_id)
