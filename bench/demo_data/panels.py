"""The panels a clinic orders, and how often it repeats them."""

from typing import NamedTuple

LOINC = "http://loinc.org"


class Panel(NamedTuple):
    """A set of analytes ordered together, at least so many days after the last time."""

    key: str
    code: str
    name: str
    analytes: frozenset[str]
    days_between: int


PANELS = (
    Panel(
        "cbc",
        "58410-2",
        "Complete blood count",
        frozenset({"6690-2", "718-7", "777-3", "4544-3"}),
        120,
    ),
    Panel(
        "bmp",
        "24321-2",
        "Basic metabolic panel",
        frozenset(
            {
                "2345-7",
                "2951-2",
                "2823-3",
                "2075-0",
                "1963-8",
                "3094-0",
                "2160-0",
                "17861-6",
                "48642-3",
            }
        ),
        100,
    ),
    Panel(
        "lft",
        "24325-3",
        "Liver function panel",
        frozenset({"1920-8", "1742-6", "2885-2", "1751-7", "1975-2"}),
        300,
    ),
    Panel(
        "lipid", "57698-3", "Lipid panel", frozenset({"2093-3", "2085-9", "13457-7", "2571-8"}), 150
    ),
)
PANEL_OF = {analyte: panel for panel in PANELS for analyte in panel.analytes}
SINGLE_DAYS = 80
SHORT_NAMES = {
    "4548-4": "HbA1c",
    "3016-3": "TSH",
    "6301-6": "INR",
    "1988-5": "C-reactive protein",
    "42637-9": "BNP",
    "10839-9": "Troponin I",
    "2857-1": "PSA",
    "48065-7": "D-dimer",
}
THOUSANDS = {"6690-2"}
