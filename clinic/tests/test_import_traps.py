"""Traps that real exports set, one test each; the samples are made up."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from clinic.tests.imported import counts, documents, reasons, take, take_bundle
from clinical_docs.queries import charts
from clinical_docs.queries.measures import measures
from clinical_docs.queries.signs import SYSTOLIC, pairs_of, signs_of
from clinical_docs.templatetags.clinical_words import measured, note_text
from core.accounts.models import User
from core.importing.errors import ImportRefused
from core.importing.tests.samples import about, coded, encounter, observation, patient, quantity, to
from patients.models import Patient, Prescription, PrescriptionItem, Visit

UUID = "0b6e5d4c-0000-4000-8000-00000000000{}"
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "d1",
    "identifier": [{"system": "urn:npi", "value": "77"}],
    "name": [{"family": "Abebe", "given": ["Sara"]}],
}
PLAN = about("CarePlan", "cp1", status="active", intent="plan")


def seen_by(reference: str) -> list[dict]:
    return [{"individual": to(reference)}]


# Trap 1: references.


def test_urn_references_are_followed_within_their_bundle(db, tmp_path):
    person = patient(UUID.format(1))
    result = observation(UUID.format(2), subject=to(f"urn:uuid:{UUID.format(1)}"))

    report = take_bundle(tmp_path, result, person, kind="transaction")

    assert (report.created, report.rejected) == (2, 0)
    assert documents()[0]["patient_id"] == str(Patient.objects.get().pk)


def test_the_same_urn_in_two_bundles_means_two_things(db, tmp_path):
    for name in ("Okoro", "Nkosi"):
        person = patient(name.lower(), name=[{"family": name}])
        visit = encounter(f"visit-{name}", subject=to("urn:uuid:1"))
        both = [{"fullUrl": "urn:uuid:1", "resource": person}, {"resource": visit}]
        take_bundle(tmp_path, name=name, entry=both)

    pairs = Visit.objects.values_list("patient__family_name", flat=True)
    assert sorted(pairs) == ["Nkosi", "Okoro"]


@pytest.mark.parametrize(
    "reference",
    ["Practitioner/d1", "http://other/fhir/Practitioner/d1", "Practitioner/d1/_history/2"],
)
def test_relative_and_absolute_references_are_followed(db, tmp_path, reference):
    take(tmp_path, encounter(participant=seen_by(reference)), patient(), DOCTOR)

    assert Visit.objects.get().clinician.family_name == "Abebe"


def test_conditional_references_are_followed_by_identifier(db, tmp_path):
    visit = encounter(participant=seen_by("Practitioner?identifier=urn:npi|77"))

    take(tmp_path, visit, patient(), DOCTOR)

    assert Visit.objects.get().clinician.family_name == "Abebe"


def test_a_contained_medicine_is_found(db, tmp_path):
    order = about(
        "MedicationRequest",
        "m1",
        status="active",
        authoredOn="2024-03-01",
        medicationReference=to("#drug"),
        contained=[{"resourceType": "Medication", "id": "drug", "code": {"text": "Amoxicillin"}}],
    )

    take(tmp_path, order, patient())

    assert PrescriptionItem.objects.get().drug == "Amoxicillin"


def test_a_dangling_reference_to_a_patient_rejects_and_to_others_is_kept_as_it_stands(db, tmp_path):
    lost = observation("o2", "nobody")
    loose = encounter("e1", participant=seen_by("Practitioner/nobody"))

    report = take(tmp_path, patient(), lost, loose)

    assert reasons(report) == [("Observation/o2", "subject", "Patient/nobody was not imported")]
    visit = Visit.objects.get()
    assert visit.clinician is None
    assert visit.metadata["participant"] == seen_by("Practitioner/nobody")


# Trap 2: repeats.


def test_a_doctor_in_every_bundle_is_one_user(db, tmp_path):
    one = take_bundle(tmp_path, DOCTOR, patient("p1"), name="one")
    two = take_bundle(tmp_path, DOCTOR, patient("p2"), name="two")

    assert counts(one)["Practitioner"] == (1, 1, 0, 0)
    assert counts(two)["Practitioner"] == (1, 0, 1, 0)
    assert User.objects.count() == 1


def test_bare_ids_of_two_sources_are_two_people(db, tmp_path):
    other = patient(name=[{"family": "Nkosi"}], birthDate="1990-01-01")

    take(tmp_path, patient(), source="hospital")
    take(tmp_path, other, source="laboratory")

    assert sorted(Patient.objects.values_list("family_name", flat=True)) == ["Nkosi", "Okoro"]


def test_another_person_under_a_known_id_refuses_the_import(db, tmp_path):
    take(tmp_path, patient())
    other = patient(name=[{"family": "Nkosi"}], birthDate="1990-01-01")

    with pytest.raises(ImportRefused, match="another person"):
        take(tmp_path, other)

    assert Patient.objects.get().family_name == "Okoro"


def test_a_second_run_adds_nothing(db, tmp_path):
    everything = (patient(), DOCTOR, encounter(), observation(), PLAN)
    first = take(tmp_path, *everything)
    before = len(documents())

    again = take(tmp_path, *everything)

    assert counts(first).keys() == counts(again).keys()
    assert {each[1:] for each in counts(again).values()} == {(0, 1, 0)}
    assert len(documents()) == before == 2


# Trap 3: units.


def white_cells(name: str, value: float, unit: str, day: int) -> dict:
    return observation(
        name,
        code=coded("6690-2", "Leukocytes [#/volume] in Blood"),
        valueQuantity=quantity(value, unit),
        effectiveDateTime=f"2024-03-{day:02}T09:00:00Z",
    )


def test_one_analyte_in_two_units_is_never_compared_or_charted_together(db, tmp_path):
    thousands = [white_cells(f"a{n}", 5.5 + n / 10, "10*3/uL", n) for n in (1, 3, 5)]
    single = [white_cells(f"b{n}", 5800 + n, "/uL", n) for n in (2, 4, 6)]
    take(tmp_path, patient(), *thousands, *single)
    found = measures(sorted(documents(), key=lambda d: d["created_at"], reverse=True))

    latest = [[(one.value, one.unit) for one in pair] for pair in pairs_of(found)]
    drawn = charts.charts(found)
    assert len({chart.id for chart in drawn}) == 2
    lines = {
        chart.unit: [point.value for point in chart.series[0].points]
        for chart in charts.charts(found)
    }

    assert latest == [
        [(5806, "/uL"), (5804, "/uL")],
        [(6.0, "10*3/uL"), (5.8, "10*3/uL")],
    ]
    assert lines == {"10³/µL": [5.6, 5.8, 6.0], "/µL": [5802, 5804, 5806]}


def test_a_value_without_a_unit_keeps_to_itself(db, tmp_path):
    bare = white_cells("b", 5800, "/uL", 2) | {"valueQuantity": {"value": 5800}}
    take(tmp_path, patient(), white_cells("a", 5.8, "10*3/uL", 1), bare)

    found = [[(one.value, one.unit) for one in pair] for pair in pairs_of(measures(documents()))]

    assert found == [[(5.8, "10*3/uL")], [(5800, "")]]


def pressure(name: str, upper: dict, lower: dict, day: int) -> dict:
    parts = [("8480-6", "Systolic", upper), ("8462-4", "Diastolic", lower)]
    return observation(
        name,
        category=[{"coding": [{"code": "vital-signs"}]}],
        code=coded("85354-9", "Blood pressure"),
        valueQuantity=None,
        component=[{"code": coded(code, text), "valueQuantity": v} for code, text, v in parts],
        effectiveDateTime=f"2024-03-{day:02}T09:00:00Z",
    )


@pytest.mark.parametrize(
    ("unit", "charted"), [("mm[Hg]", ["mmHg"]), ("kPa", ["kPa"]), ("mixed", [])]
)
def test_blood_pressure_is_charted_and_written_in_its_own_unit_only(db, tmp_path, unit, charted):
    upper, lower = ("mm[Hg]", "kPa") if unit == "mixed" else (unit, unit)
    taken = [pressure(f"o{n}", quantity(120 + n, upper), quantity(80, lower), n) for n in (1, 2, 3)]
    take(tmp_path, patient(), *taken)
    found = measures(sorted(documents(), key=lambda d: d["created_at"], reverse=True))

    pairs = {pair[0].code: pair for pair in pairs_of(found)}

    both = [one for one in charts.charts(found) if one.id == "pressure"]
    assert [one.unit for one in both] == charted
    [sign] = signs_of(pairs)
    assert (sign.value, sign.unit) == ("123" if unit == "mixed" else "123/80", upper)
    assert pairs[SYSTOLIC][0].value == 123


def test_twin_spellings_of_a_unit_are_one_unit(db, tmp_path):
    spelt = [
        observation(f"o{n}", valueQuantity=quantity(n, "ug/dL") | {"unit": unit})
        for n, unit in enumerate(("mcg/dL", "ug/dL", "µg/dL"))
    ]
    take(tmp_path, patient(), *spelt)

    assert {one.unit for one in measures(documents())} == {"ug/dL"}


# Traps 4 and 5: results that are not plain numbers; reference ranges and flags.


@pytest.mark.parametrize(
    ("given", "kept", "shown"),
    [
        ({"valueQuantity": quantity(0.02, "ng/mL", comparator="<")}, "<0.02", "<0.02"),
        ({"valueQuantity": quantity(600, "mg/L", comparator=">")}, ">600", ">600"),
        ({"valueQuantity": quantity(-2.5, "{T-score}")}, -2.5, "-2.5"),
        ({"valueQuantity": quantity(89.1267252881621, "cm")}, 89.1267252881621, "89.13"),
        ({"valueString": "  Negative  "}, "Negative", "Negative"),
        ({"valueInteger": 3}, 3, "3"),
        ({"valueCodeableConcept": {"text": "Never smoked"}}, "Never smoked", "Never smoked"),
    ],
)
def test_a_result_of_any_kind_is_kept_exactly_and_shown_plainly(db, tmp_path, given, kept, shown):
    result = {k: v for k, v in observation().items() if k != "valueQuantity"} | given
    take(tmp_path, patient(), result)

    [made] = documents()

    assert made["data"]["results"] == {"hemoglobin": kept}
    assert [each.value for each in measured(made)] == [shown]


def test_a_result_without_a_value_keeps_its_reason(db, tmp_path):
    result = {k: v for k, v in observation().items() if k != "valueQuantity"}
    take(tmp_path, patient(), result | {"dataAbsentReason": {"text": "Clotted"}})

    [made] = documents()

    assert made["data"]["results"] == {}
    assert made["metadata"]["dataAbsentReason"] == {"text": "Clotted"}


def test_flags_and_ranges_are_those_of_the_source_and_never_invented(db, tmp_path):
    said = {
        "referenceRange": [{"low": quantity(12, "g/dL"), "high": quantity(16, "g/dL")}],
        "interpretation": [coded("L", "Low")],
    }
    take(tmp_path, patient(), observation("o1"), observation("o2", **said))

    plain, flagged = (each["data"] for each in documents())

    assert (plain["reference_ranges"], plain.get("flags")) == ({}, None)
    assert flagged["reference_ranges"] == {"hemoglobin": {"min": 12, "max": 16}}
    assert flagged["flags"] == {"hemoglobin": "L"}


# Trap 6: prescriptions.


def test_a_dose_range_stays_a_range_and_a_drug_without_a_code_is_taken(db, tmp_path):
    span = {"doseRange": {"low": quantity(1, "tablet"), "high": quantity(2, "tablet")}}
    order = about(
        "MedicationRequest",
        "m1",
        status="active",
        authoredOn="2024-03-01",
        medicationCodeableConcept={"text": "Paracetamol 500 mg"},
        dosageInstruction=[{"doseAndRate": [span]}],
        dispenseRequest={"validityPeriod": {"start": "2024-03-10", "end": "2024-03-05"}},
    )
    take(tmp_path, patient(), order)

    line = PrescriptionItem.objects.get()

    assert (line.drug, line.code, line.dose, line.unit) == (
        "Paracetamol 500 mg",
        "",
        "1-2",
        "tablet",
    )
    assert Prescription.objects.get().state == Prescription.State.EXPIRED


# Trap 7: dates.


def test_a_year_or_month_of_birth_is_an_estimated_birthday(db, tmp_path):
    take(tmp_path, patient("1", birthDate="1951"), patient("2", birthDate="1980-05"))

    born = Patient.objects.order_by("birth_date").values_list("birth_date", "birth_date_estimated")
    assert list(born) == [(date(1951, 1, 1), True), (date(1980, 5, 1), True)]


def test_people_of_300_years_have_no_birthday_and_those_not_yet_born_are_rejected(db, tmp_path):
    report = take(
        tmp_path, patient("old", birthDate="1725-01-01"), patient("new", birthDate="2150")
    )

    assert reasons(report) == [("Patient/new", "birthDate", "lies in the future")]
    old = Patient.objects.get()
    assert (old.birth_date, old.metadata["birthDate"]) == (None, "1725-01-01")


def test_an_end_is_compared_with_its_start_across_time_zones(db, tmp_path):
    take(
        tmp_path,
        patient(),
        encounter(
            "e1", period={"start": "2024-03-01T23:30:00-05:00", "end": "2024-03-02T04:45:00Z"}
        ),
        encounter("e2", period={"start": "2024-03-01T09:00:00Z", "end": "2024-02-01T09:00:00Z"}),
    )

    ends = [visit.closed_at for visit in Visit.objects.order_by("-opened_at")]
    assert ends == [datetime(2024, 3, 2, 4, 45, tzinfo=UTC), None]


def test_a_visit_without_an_end_is_open(db, tmp_path):
    take(tmp_path, patient(), encounter(status="in-progress", period={"start": "2024-03-01"}))

    visit = Visit.objects.get()
    midnight = datetime(2024, 3, 1, tzinfo=timezone.get_default_timezone())
    assert (visit.state, visit.opened_at, visit.closed_at) == ("in_consultation", midnight, None)


# Trap 8: names.


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], ("", "", "")),
        ([{"family": "Stroman228", "given": ["Clair921"]}], ("Stroman228", "Clair921", "")),
        ([{"family": "O'Brien", "given": ["Seán"]}], ("O'Brien", "Seán", "")),
        ([{"family": "山田", "given": ["太郎"]}], ("山田", "太郎", "")),
        ([{"text": "Madonna"}], ("Madonna", "", "")),
        (
            [{"use": "maiden", "family": "Bello"}, {"use": "official", "family": "Okoro"}],
            ("Okoro", "", "Bello"),
        ),
    ],
)
def test_names_of_every_kind_are_kept(db, tmp_path, names, shown):
    take(tmp_path, patient(name=names))

    assert Patient.objects.values_list("family_name", "given_names", "other_names").get() == shown


@pytest.mark.parametrize(("given", "sex"), [("other", "other"), (None, "unknown")])
def test_sex_may_be_other_or_missing_and_so_may_the_birthday(db, tmp_path, given, sex):
    take(tmp_path, patient(gender=given, birthDate=None))

    assert Patient.objects.values_list("sex", "birth_date").get() == (sex, None)


# Trap 10: rows per encounter.


def test_one_patient_in_every_bundle_is_one_patient(db, tmp_path):
    for number in range(4):
        take_bundle(tmp_path, patient(), encounter(f"e{number}"), name=f"visit {number}")

    assert (Patient.objects.count(), Visit.objects.count()) == (1, 4)


# What no trap list has: scripts, and types nobody has a table for.


def test_the_scripts_of_a_narrative_are_left_out(db, tmp_path):
    markup = (
        "<div><p>Slept &lt;6 h</p><script>alert(1)</script><img src=x onerror=alert(2)>"
        "<style>p{}</style></div>"
    )
    note = about("Composition", "c1", status="final", title="Visit", type={"text": "Note"})
    take(tmp_path, patient(), note | {"section": [{"title": "History", "text": {"div": markup}}]})

    [made] = documents()

    assert note_text(made) == "History: Slept <6 h"


def test_a_type_without_a_table_is_kept_under_its_own_name(db, tmp_path):
    place = {"resourceType": "Organization", "id": "h1", "name": "Hospital"}

    report = take(tmp_path, patient(), PLAN, place)

    assert counts(report)["Organization"] == counts(report)["CarePlan"] == (1, 1, 0, 0)
    [made] = documents(data_type="care_plan")
    assert made["data"]["intent"] == "plan"


def test_what_names_no_time_stands_with_its_visit_or_the_first_one_and_not_on_top(db, tmp_path):
    early = encounter("e0", period={"start": "2020-01-01T09:00:00Z"})
    done = about("Procedure", "x1", status="completed", encounter=to("Encounter/e1"))
    father = {
        "resourceType": "FamilyMemberHistory",
        "id": "f1",
        "status": "completed",
        "patient": to("Patient/p1"),
        "relationship": {"text": "father"},
        "condition": [{"code": {"text": "Diabetes"}}, {"code": {"text": "Gout"}}],
    }
    take(tmp_path, patient(), encounter("e1"), early, done, father)

    known = {each["data"]["title"]: each for each in documents()}

    assert known["father: Diabetes, Gout"]["created_at"] == datetime(2020, 1, 1, 9, tzinfo=UTC)
    assert known["Procedure"]["created_at"] == datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert {each["metadata"]["undated"] for each in known.values()} == {True}


def test_a_bad_resource_is_named_and_the_rest_taken(db, tmp_path):
    bad = patient("bad", gender="robot")

    report = take(tmp_path, bad, patient("good"))

    [rejection] = report.rejections
    assert (rejection.file, rejection.position) == (f"{tmp_path}/export.ndjson", 1)
    assert (rejection.resource, rejection.path) == ("Patient/bad", "gender")
    assert rejection.reason == "'robot' is not one of female, male, other, unknown"
    assert counts(report) == {"Patient": (2, 1, 0, 1)}


# Trap 11: other versions.


@pytest.mark.parametrize(
    ("foreign", "version"),
    [
        ({"resourceType": "MedicationOrder", "id": "x"}, "DSTU2"),
        ({"resourceType": "ProcedureRequest", "id": "x"}, "STU3"),
        (encounter() | {"class": [{"text": "ambulatory"}]}, "R5"),
        ({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0"}, "5.0.0"),
    ],
)
def test_another_version_refuses_the_whole_import(db, tmp_path, foreign, version):
    with pytest.raises(ImportRefused, match=rf"is FHIR {version} \(.*Only FHIR R4 is read"):
        take(tmp_path, patient(), foreign)

    assert Patient.objects.count() == 0
