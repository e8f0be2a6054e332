"""Which measurements a clinic takes at a visit: no hospital scores, heights when they change."""

from datetime import date

from bench.demo_data.charts import Chart, Resource, encounter_of, started_on
from bench.demo_data.labs import is_lab

HEIGHT, WEIGHT, BMI, HEAD = "8302-2", "29463-7", "39156-5", "8287-5"
VITALS = {"85354-9", "8867-4", "8310-5", "9279-1", "2708-6", "59408-5", HEIGHT, WEIGHT, BMI, HEAD}
ABOUT_THE_PERSON = {"72166-2", "74013-4", "882-1", "883-9", "10331-7", "11331-6"}
GROWN_UP_YEARS = 19
ADULT_GAP_DAYS = {HEIGHT: 700, BMI: 170, WEIGHT: 60}
CHILD_GAP_DAYS = {HEIGHT: 20, BMI: 20, WEIGHT: 20, HEAD: 20}


def thin_measures(chart: Chart) -> None:
    """Keeps lab values and the vital signs of our visits; sizes no more often than they tell."""
    visits = {row["id"]: row for row in chart.all_of("Encounter")}
    kept = [
        row for row in chart.all_of("Observation") if is_lab(row) or code(row) in ABOUT_THE_PERSON
    ]
    vitals = [row for row in chart.all_of("Observation") if code(row) in VITALS]
    last: dict[str, date] = {}
    for row in sorted(vitals, key=lambda row: str(row["effectiveDateTime"])):
        visit = visits.get(encounter_of(row))
        if visit and is_telling(row, date.fromisoformat(started_on(visit)), born(chart), last):
            kept.append(row)
    chart.resources["Observation"] = kept


def is_telling(row: Resource, day: date, born_on: date, last: dict[str, date]) -> bool:
    measure = code(row)
    grown_up = (day - born_on).days > GROWN_UP_YEARS * 365
    gap = (ADULT_GAP_DAYS if grown_up else CHILD_GAP_DAYS).get(measure, 0)
    if measure in last and (day - last[measure]).days < gap:
        return False
    last[measure] = day
    return True


def code(row: Resource) -> str:
    codings = row["code"].get("coding") or [{}]
    return str(codings[0].get("code", ""))


def born(chart: Chart) -> date:
    return date.fromisoformat(chart.patient["birthDate"])
