"""Which patients and encounters a small outpatient clinic would have."""

from bench.demo_data.charts import Chart, Resource, dice, encounter_of, started_on

NOT_OURS = ("Chemotherapy", "Malignant neoplasm of liver", "Malignant neoplasm of unspecified part")
HOSPITAL_KEEPS = {"Composition", "Condition", "Encounter"}
LETTER = "Discharge summary note"
HISTORY_FROM = "2021-01-01"


def choose_patients(charts: list[Chart], count: int) -> list[Chart]:
    """The wanted number, picked by their ids alone, of those who came to the clinic at least twice."""
    seen = [chart for chart in charts if len(visits(chart)) >= 2]
    picked = sorted(seen, key=lambda chart: dice("pick", chart.patient["id"]))[:count]
    return sorted(picked, key=lambda chart: dice("order", chart.patient["id"]))


def visits(chart: Chart) -> list[Resource]:
    return [row for row in chart.all_of("Encounter") if is_ours(row)]


def is_ours(encounter: Resource) -> bool:
    """An outpatient or urgent visit, finished, and of a kind a primary care clinic does."""
    reason = (encounter.get("reasonCode") or [{}])[0].get("text", "")
    return (
        encounter["class"]["code"] in ("AMB", "EMER")
        and encounter["status"] == "finished"
        and not str(reason).startswith(NOT_OURS)
    )


def is_hospital_stay(encounter: Resource) -> bool:
    return (encounter["class"]["code"], encounter["status"]) == ("IMP", "finished")


def thin(chart: Chart) -> None:
    """Drop what happened in hospital, but for the stay, its diagnoses and the letter home."""
    ours = {row["id"] for row in chart.all_of("Encounter") if is_ours(row)}
    stays = {row["id"] for row in chart.all_of("Encounter") if is_hospital_stay(row)}
    for kind, found in chart.resources.items():
        chart.resources[kind] = [row for row in found if stays_in(row, kind, ours, stays)]


def stays_in(row: Resource, kind: str, ours: set[str], stays: set[str]) -> bool:
    encounter = row["id"] if kind == "Encounter" else encounter_of(row)
    if encounter in stays:
        letter = kind != "Composition" or row["type"]["text"] == LETTER
        return kind in HOSPITAL_KEEPS and letter
    if not encounter:
        return kind != "Immunization" or "nfluenza" not in row["vaccineCode"]["text"]
    return encounter in ours


def first_day(chart: Chart) -> str:
    return min(started_on(row) for row in visits(chart))
