"""What a small clinic would say of its visits, its patients' cover and their families."""

from bench.demo_data.charts import Chart, Resource, dice

WALK_INS_IN_100 = 70
AMBULATORY = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "code": "AMB",
    "display": "ambulatory",
}
NO_KNOWN_ALLERGY = "716186003"


def tidy_visits(chart: Chart) -> None:
    """Simple visits, one attending person each; the present insurance; relatives who were ill."""
    chart.resources["Encounter"] = [visit(row) for row in chart.all_of("Encounter")]
    insured = [row for row in chart.all_of("Coverage") if row["status"] == "active"]
    chart.resources["Coverage"] = insured
    relatives = [row for row in chart.all_of("FamilyMemberHistory") if row.get("condition")]
    chart.resources["FamilyMemberHistory"] = relatives
    chart.resources["AllergyIntolerance"] = allergies(chart.all_of("AllergyIntolerance"))


def visit(row: Resource) -> Resource:
    row["participant"] = row["participant"][:1]
    kind = row["class"]["code"]
    if kind == "EMER" and dice("walks in", row["id"]) % 100 < WALK_INS_IN_100:
        row["class"], row["type"] = AMBULATORY, [{"text": "Walk-in"}]
    else:
        words = {"EMER": "Urgent visit", "IMP": "Hospital stay", "AMB": "Appointment"}
        row["type"] = [{"text": words[kind]}]
        if kind == "AMB":
            row["appointment"] = [{"display": "Booked beforehand"}]
    return row


def allergies(rows: list[Resource]) -> list[Resource]:
    """ "None known" is in force exactly where nothing else is."""
    real = [row for row in rows if not is_none_known(row)]
    none_known = [row for row in rows if is_none_known(row)][-1:]
    for row in none_known:
        row["clinicalStatus"]["coding"][0] |= {"code": "active", "display": "Active"}
    return real or none_known


def is_none_known(row: Resource) -> bool:
    return any(coding.get("code") == NO_KNOWN_ALLERGY for coding in row["code"].get("coding", []))
