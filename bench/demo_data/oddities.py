"""The rows every register has: somebody registered twice, somebody nobody knows."""

import copy

from bench.demo_data.charts import Chart
from bench.demo_data.people import CARD

TWICE = 4
FORGOTTEN = ("identifier", "address", "maritalStatus", "contact")


def oddities(charts: list[Chart]) -> list[Chart]:
    """Patients without a history: slightly misspelt copies, and one without name or birth date."""
    living = [chart for chart in charts if "deceasedDateTime" not in chart.patient]
    named = [chart for chart in living if "given" in chart.patient["name"][0]]
    return [*map(registered_twice, named[10 : 10 + TWICE * 7 : 7]), unknown_man()]


def registered_twice(chart: Chart) -> Chart:
    """The same birth date and phone; one letter of the family name fell out."""
    patient = copy.deepcopy(chart.patient)
    patient["id"] += "-again"
    for field in FORGOTTEN:
        patient.pop(field, None)
    name = patient["name"][0]
    middle = len(name["family"]) // 2
    name["family"] = name["family"][:middle] + name["family"][middle + 1 :]
    patient["identifier"] = [{"system": CARD, "value": f"{patient['id'][3:9]}-2"}]
    return Chart(patient)


def unknown_man() -> Chart:
    patient = {
        "resourceType": "Patient",
        "id": "pt-unknown-1",
        "identifier": [{"system": CARD, "value": "SC-29999"}],
        "active": True,
        "name": [{"text": "Unknown man, brought in"}],
        "gender": "unknown",
    }
    return Chart(patient)
