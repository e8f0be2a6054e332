"""The simulator's hundred practitioners become the few people of a small clinic."""

import json
import re

from bench.demo_data.charts import Chart, Resource, dice

CLINICIANS = ("amina", "kenji", "sofia")
NURSES = ("ben", "grace")
NAMES = {
    "amina": "Dr Amina Diallo",
    "kenji": "Dr Kenji Watanabe",
    "sofia": "Dr Sofía Reyes-Castillo",
    "ben": "Ben Okafor",
    "grace": "Grace Lindqvist",
    "tom": "Tom Novák",
}
REFERENCE = re.compile(r'"reference": "Practitioner/(\w+)-[\w-]+"(?:, "display": "[^"]*")?')
ORGANIZATION = "seth-clinic"


def replace_staff(chart: Chart) -> None:
    """Rewrites every reference to a practitioner: a patient mostly sees the same doctor."""
    key = chart.patient["id"]
    for kind, found in chart.resources.items():
        chart.resources[kind] = [reassigned(row, key) for row in found]


def reassigned(row: Resource, patient: str) -> Resource:
    visit = row.get("encounter", {}).get("reference", "") or f"Encounter/{row['id']}"

    is_signed = row["resourceType"] == "Composition"

    def person(match: re.Match[str]) -> str:
        found = member(match[1], patient, visit)
        display = f', "display": "{NAMES[found]}"' if is_signed else ""
        return f'"reference": "Practitioner/{found}"{display}'

    return json.loads(REFERENCE.sub(person, json.dumps(row, ensure_ascii=False)))  # type: ignore[no-any-return]


def member(kind: str, patient: str, visit: str) -> str:
    """Who of us did it, by the sort of practitioner the simulator names."""
    if kind == "TECH":
        return "tom"
    if kind == "NS":
        return NURSES[dice("nurse", visit) % len(NURSES)]
    usual = dice("doctor", patient) % len(CLINICIANS)
    stands_in = dice("stands in", visit) % 5 == 0
    return CLINICIANS[(usual + stands_in) % len(CLINICIANS)]


def shared_resources() -> list[Resource]:
    """The clinic itself. Its staff are accounts, which make_demo makes known to the import."""
    return [{"resourceType": "Organization", "id": ORGANIZATION, "name": "Seth Clinic"}]
