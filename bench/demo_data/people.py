"""Gives patients names of many languages, and numbers and addresses that are nobody's."""

from bench.demo_data.charts import Chart, Resource, dice
from bench.demo_data.names import ONE_NAME_ONLY, POOLS, People

KEEPS_NAME_IN_100 = 40
CARD = "urn:seth-clinic:demo:card"
NATIONAL_ID = "urn:seth-clinic:demo:national-id"
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"


def rename(charts: list[Chart]) -> None:
    """Every patient in turn: card, phone and, for most, a name; households share the family's."""
    for number, chart in enumerate(charts, start=1):
        patient, household = chart.patient, household_of(chart.patient)
        patient["identifier"] = identifiers(patient, number)
        patient["telecom"] = telecoms(patient, number)
        if dice("keeps", household) % 100 >= KEEPS_NAME_IN_100:
            give_name(patient, household)
        if number % (len(charts) // len(ONE_NAME_ONLY) or 1) == 1:
            only = ONE_NAME_ONLY[number % len(ONE_NAME_ONLY)]
            patient["name"] = [{"use": "official", "family": only, "text": only}]


def household_of(patient: Resource) -> str:
    """People of one name at one place belong together."""
    place = (patient.get("address") or [{}])[0].get("line", [""])[0]
    return f"{patient['name'][0]['family']}|{place}"


def give_name(patient: Resource, household: str) -> None:
    pool = POOLS[dice("pool", household) % len(POOLS)]
    family, family_script = pick(pool.families, "family", household)
    given, given_script = pick(given_names(pool, patient["gender"]), "given", patient["id"])
    names: list[Resource] = [{"use": "official", "family": family, "given": [given]}]
    if family_script:
        names.append({"use": "usual", "text": f"{family_script} {given_script}"})
    patient["name"] = names
    patient["communication"] = [{"language": {"coding": [language(pool)]}, "preferred": True}]
    for contact in patient.get("contact", []):
        contact["name"] = {"text": f"{relative(pool, contact)} {family}"}


def given_names(pool: People, gender: str) -> str:
    return pool.men if gender == "male" else pool.women


def pick(words: str, *keys: str) -> tuple[str, str]:
    """One word of the list and the same in its own script, if any; `_` stands for a blank."""
    choices = words.split()
    latin, _, script = choices[dice(*keys) % len(choices)].partition("/")
    return latin.replace("_", " "), script.replace("_", " ")


def relative(pool: People, contact: Resource) -> str:
    key = contact["name"]["text"]
    return pick(pool.men if dice("sex", key) % 2 else pool.women, "relative", key)[0]


def language(pool: People) -> Resource:
    return {"system": "urn:ietf:bcp:47", "code": pool.language}


def identifiers(patient: Resource, number: int) -> list[Resource]:
    """A card of the clinic for everybody, a national number for most."""
    found: list[Resource] = [{"use": "usual", "system": CARD, "value": f"SC-{20000 + number}"}]
    if dice("national", patient["id"]) % 10:
        kind = {"coding": [{"system": TYPES, "code": "NI"}]}
        value = f"9{dice('digits', patient['id']) % 10**8:08d}"
        found.append({"type": kind, "system": NATIONAL_ID, "value": value})
    return found


def telecoms(patient: Resource, number: int) -> list[Resource]:
    """Phones end in 555-01xx, which are kept free for fiction; mail goes to example.org."""
    found = []
    if patient.get("telecom"):
        area = (617, 508, 781, 978, 413)[number // 100 % 5]
        found.append(
            {"system": "phone", "value": f"({area}) 555-01{number % 100:02d}", "use": "mobile"}
        )
    if dice("mail", patient["id"]) % 3 == 0:
        found.append({"system": "email", "value": f"patient{number}@example.org"})
    for contact in patient.get("contact", []):
        contact["telecom"] = [{"system": "phone", "value": f"(857) 555-01{number % 100:02d}"}]
    return found
