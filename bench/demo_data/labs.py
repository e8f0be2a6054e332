"""Single orders become panels, each with one specimen and one report, at believable intervals."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from bench.demo_data.charts import Chart, Resource, encounter_of, started_on
from bench.demo_data.panels import LOINC, PANEL_OF, PANELS, SHORT_NAMES, SINGLE_DAYS, THOUSANDS


def is_lab(row: Resource) -> bool:
    return bool(row["id"].startswith("lab-"))


def regroup_labs(chart: Chart) -> None:
    """Replaces requests, specimens and lab reports by one of each per panel and visit."""
    values = [row for row in chart.all_of("Observation") if is_lab(row) and "valueQuantity" in row]
    others = [row for row in chart.all_of("Observation") if not is_lab(row)]
    imaging = [row for row in chart.all_of("DiagnosticReport") if row["id"].startswith("imgrpt-")]
    orders = imaging_orders(chart, imaging)
    chart.resources["Specimen"] = []
    chart.resources["Observation"] = others
    chart.resources["DiagnosticReport"] = imaging
    chart.resources["ServiceRequest"] = orders
    for group in due_groups(chart, values):
        add_group(chart, *group)


def imaging_orders(chart: Chart, imaging: list[Resource]) -> list[Resource]:
    asked = {ref["reference"] for row in imaging for ref in row.get("basedOn", [])}
    return [r for r in chart.all_of("ServiceRequest") if f"ServiceRequest/{r['id']}" in asked]


def due_groups(
    chart: Chart, values: Iterable[Resource]
) -> Iterable[tuple[Resource, str, list[Resource]]]:
    """(encounter, panel key or analyte, its values), leaving out repeats that come too soon."""
    visits = {row["id"]: row for row in chart.all_of("Encounter")}
    groups: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
    for row in values:
        encounter, analyte = encounter_of(row), row["code"]["coding"][0]["code"]
        key = PANEL_OF[analyte].key if analyte in PANEL_OF else analyte
        groups[started_on(visits[encounter]), encounter, key].append(row)
    last: dict[str, date] = {}
    for (day, encounter, key), found in sorted(groups.items()):
        if is_due(key, date.fromisoformat(day), last, visits[encounter]):
            last[key] = date.fromisoformat(day)
            yield visits[encounter], key, found


def is_due(key: str, day: date, last: dict[str, date], visit: Resource) -> bool:
    if visit["class"]["code"] == "EMER" or key not in last:
        return True
    between = next((panel.days_between for panel in PANELS if panel.key == key), SINGLE_DAYS)
    return (day - last[key]).days >= between


def add_group(chart: Chart, visit: Resource, key: str, values: list[Resource]) -> None:
    """One request, one specimen, one report, and the values pointing at them."""
    name = f"{key}-{visit['id'].removeprefix('enc-')}"
    taken, ready = values[0]["effectiveDateTime"], max(v.get("issued", "") for v in values)
    once = {row["code"]["coding"][0]["code"]: tidy_value(row) for row in values}
    shared = {"subject": values[0]["subject"], "encounter": values[0]["encounter"]}
    code = panel_code(key, values[0])
    chart.resources["Observation"] += [linked(row, name) for row in once.values()]
    chart.resources["ServiceRequest"].append(request(name, code, visit, taken, shared))
    chart.resources["Specimen"].append(specimen(name, taken, shared))
    chart.resources["DiagnosticReport"].append(report(name, code, taken, ready, shared, once))


def tidy_value(row: Resource) -> Resource:
    """White cells in thousands, as the clinic's own table counts them."""
    if row["code"]["coding"][0]["code"] in THOUSANDS:
        for part in (row["valueQuantity"], *range_ends(row)):
            part.update(value=round(part["value"] / 1000, 1), unit="10*3/uL", code="10*3/uL")
    return row


def range_ends(row: Resource) -> list[Resource]:
    return [r[end] for r in row.get("referenceRange", []) for end in ("low", "high") if end in r]


def panel_code(key: str, first: Resource) -> Resource:
    for panel in PANELS:
        if panel.key == key:
            coding = {"system": LOINC, "code": panel.code, "display": panel.name}
            return {"coding": [coding], "text": panel.name}
    coding = first["code"]["coding"][0]
    return {"coding": [coding], "text": SHORT_NAMES.get(key, first["code"].get("text", ""))}


def linked(row: Resource, name: str) -> Resource:
    row["basedOn"] = [{"reference": f"ServiceRequest/sr-{name}"}]
    row["specimen"] = {"reference": f"Specimen/sp-{name}"}
    return row


def request(name: str, code: Resource, visit: Resource, taken: str, shared: Resource) -> Resource:
    urgent = visit["class"]["code"] == "EMER"
    lab = {"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB"}
    return shared | {
        "resourceType": "ServiceRequest",
        "id": f"sr-{name}",
        "status": "completed",
        "intent": "order",
        "category": [{"coding": [lab], "text": "Laboratory"}],
        "priority": "urgent" if urgent else "routine",
        "code": code,
        "authoredOn": taken,
        "requester": visit["participant"][0]["individual"],
    }


def specimen(name: str, taken: str, shared: Resource) -> Resource:
    return shared | {
        "resourceType": "Specimen",
        "id": f"sp-{name}",
        "identifier": [{"system": "urn:seth-clinic:demo:accession", "value": f"L-{name}"}],
        "status": "available",
        "type": {"text": "Venous blood"},
        "collection": {"collectedDateTime": taken},
        "request": [{"reference": f"ServiceRequest/sr-{name}"}],
    }


def report(
    name: str, code: Resource, taken: str, ready: str, shared: Resource, values: dict[str, Resource]
) -> Resource:
    lab = {"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB"}
    return shared | {
        "resourceType": "DiagnosticReport",
        "id": f"dr-{name}",
        "status": "final",
        "category": [{"coding": [lab]}],
        "code": code,
        "basedOn": [{"reference": f"ServiceRequest/sr-{name}"}],
        "specimen": [{"reference": f"Specimen/sp-{name}"}],
        "effectiveDateTime": taken,
        "issued": max(ready, taken),
        "performer": [{"reference": "Practitioner/TECH-LAB-001"}],
        "result": [{"reference": f"Observation/{row['id']}"} for row in values.values()],
    }
