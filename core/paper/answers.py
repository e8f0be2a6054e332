"""Answering with a paper: it opens in the browser, is kept nowhere, and is in the audit."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header

from core.accounts.access import StaffRequest
from core.paper.setting import Size, pdf
from core.reads import shows, tell_as


def answer(
    request: StaffRequest,
    name: str,
    data: Mapping[str, Any],
    *,
    filename: str,
    entity_type: str,
    entity_id: object = "",
    patient_id: UUID | None = None,
    size: Size = "a4",
    copy: bool = False,
) -> HttpResponse:
    """The paper as a PDF shown in place, under `filename` without its ending when kept.

    That it was printed, as what and for whom, is in the audit before anybody sees it.
    """
    printed = pdf(name, data, size=size, copy=copy, by=request.user.display_name)
    if patient_id:
        shows([patient_id])
    tell_as("print", entity_type=entity_type, entity_id=entity_id, paper=name, size=size, copy=copy)
    response = HttpResponse(printed, content_type="application/pdf")
    response["Content-Disposition"] = str(content_disposition_header(False, f"{filename}.pdf"))
    patch_cache_control(response, no_store=True, private=True)
    return response
