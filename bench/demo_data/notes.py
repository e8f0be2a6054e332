"""Rewrites the simulator's notes into what a doctor would have typed."""

import re

from bench.demo_data.charts import Chart, Resource

REPLACED = (
    (
        re.compile(
            r"today's measurements \([^)]*(?:\([^)]*\)[^)]*)*\) not condition-specific; defer .*? review to next visit\."
        ),
        "stable, no change.",
    ),
    (re.compile(r"Encounter reason: "), "Seen for: "),
    (re.compile(r" \(planned\)"), ""),
    (re.compile(r"Triage information: not recorded"), "Walked in."),
    (re.compile(r" patient presenting for "), ", comes for "),
    (re.compile(r"\bED workup\b"), "Work-up"),
    (re.compile(r"Return to ER"), "Come back"),
    (re.compile(r"Follow up with PCP"), "Follow-up at the clinic"),
    (re.compile(r"(?:IV_fluid|IV_insulin|antipyretic|steroid|bronchodilator): "), ""),
    (re.compile(r" \(ESI level \d[^)]*\)"), ""),
)
TITLES = {
    "Outpatient Progress note": "Progress note",
    "Emergency medicine Note": "Urgent visit note",
    "Summary of episode note": "Summary",
    "Discharge summary note": "Discharge letter from hospital",
}


def rewrite_notes(chart: Chart) -> None:
    """Shorter sections, no machine phrases, no references to values that stand beside the note."""
    wanted = [row for row in chart.all_of("Composition") if row["type"]["text"] in TITLES]
    chart.resources["Composition"] = [rewritten(row) for row in wanted]
    chart.resources["DocumentReference"] = []


def rewritten(note: Resource) -> Resource:
    note["title"] = TITLES[note["type"]["text"]]
    note["section"] = [section(part) for part in note["section"] if "text" in part]
    return note


def section(part: Resource) -> Resource:
    """The words stay inside the element they came in: readers expect XHTML there."""
    div = part["text"]["div"]
    for pattern, text in REPLACED:
        div = pattern.sub(text, div)
    return {"title": reworded(part["title"]), "text": {"status": "generated", "div": div}}


def reworded(title: str) -> str:
    return title.replace("ED workup", "Work-up").replace("Triage details", "Arrival")
