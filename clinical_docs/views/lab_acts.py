"""What can be done at the bench now, as buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.urls import reverse

from clinical_docs.queries.lab_work import Work


@dataclass(frozen=True)
class BenchAct:
    """A button of the bar: it sends the form `form`, or posts to `url` with what the form holds."""

    text: str
    url: str = ""
    form: str = ""
    reason: str = ""
    weight: str = ""
    verifies: bool = False


def acts_for(work: Work, may: Mapping[str, bool], unfit: str) -> list[BenchAct]:
    """What can be done now, the next thing last and filled."""
    amending = next((sheet for sheet in work.sheets if sheet.is_amending), None)
    if amending:
        url = reverse("clinical_docs:lab_amend", args=[amending.request.pk])
        return [BenchAct("Save the amended result", url=url, weight="main")]
    acts = [_verify(work, unfit) if may["verify"] and work.to_verify else None]
    if may["result"] and work.open:
        acts.insert(0, BenchAct("Save results", form="lab-form"))
    if may["collect"] and work.to_collect:
        acts.insert(0, _collect(work))
    present = [act for act in acts if act]
    if unfit or not work.to_verify:
        present.sort(key=lambda act: act.form == "lab-form")
    return _with_main(present, is_waiting=bool(work.untold) and may["result"])


def _with_main(acts: list[BenchAct], *, is_waiting: bool) -> list[BenchAct]:
    """While a call must be recorded, its own button is the filled one."""
    if is_waiting or not acts:
        return acts
    return [*acts[:-1], replace(acts[-1], weight="main")]


def _collect(work: Work) -> BenchAct:
    many = len(work.to_collect)
    text = "Collect 1 sample" if many == 1 else f"Collect {many} samples"
    return BenchAct(text, url=reverse("clinical_docs:lab_collect", args=[work.patient.pk]))


def _verify(work: Work, unfit: str) -> BenchAct:
    many = sum(len(sheet.request.entered.get("results", ())) for sheet in work.to_verify)
    text = "Verify 1 result" if many == 1 else f"Verify {many} results"
    url = reverse("clinical_docs:lab_verify", args=[work.patient.pk])
    return BenchAct(text, url=url, reason=unfit, verifies=True)
