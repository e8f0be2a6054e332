"""Units of doses: what is typed, and how each is written out.

Short forms that are read wrongly (ISMP's list of error-prone abbreviations: µg, cc, IU, U, gtt) are
understood and never shown. https://www.ismp.org/recommendations/error-prone-abbreviations-list
"""

import re
from decimal import Decimal

TYPED = {
    "mg": "mg mgs milligram milligrams",
    "g": "g gm gms gram grams",
    "micrograms": "mcg mcgs ug microgram micrograms",
    "nanograms": "ng nanogram nanograms",
    "units": "units unit iu u",
    "million units": "mu",
    "mmol": "mmol",
    "mL": "ml mls cc millilitre millilitres milliliter milliliters",
    "L": "l litre litres liter liters",
    "teaspoon": "tsp tsps teaspoon teaspoons",
    "tablespoon": "tbsp tbsps tablespoon tablespoons",
    "tablet": "tab tabs tablet tablets tb",
    "capsule": "cap caps capsule capsules",
    "puff": "puff puffs inhalation inhalations",
    "spray": "spray sprays squirt squirts",
    "drop": "drop drops gtt gtts",
    "sachet": "sachet sachets",
    "ampoule": "amp amps ampoule ampoules ampule ampules",
    "vial": "vial vials",
    "suppository": "supp supps suppository suppositories",
    "pessary": "pessary pessaries",
    "patch": "patch patches",
    "application": "application applications",
    "lozenge": "lozenge lozenges",
    "dose": "dose doses",
    "strip": "strip strips",
    "syringe": "syringe syringes",
    "pen": "pen pens",
    "bag": "bag bags",
    "device": "device devices",
    "auto-injector": "auto-injector auto-injectors",
    "kit": "kit kits",
}
MEANT = {word: unit for unit, words in TYPED.items() for word in words.split()}
MEANT["million units"] = MEANT["million iu"] = "million units"
MASSES = {
    "g": Decimal(1_000_000),
    "mg": Decimal(1000),
    "micrograms": Decimal(1),
    "nanograms": Decimal("0.001"),
}
ACTIVITY = {"units": Decimal(1), "million units": Decimal(1_000_000)}
SPOONS = {"teaspoon": Decimal(5), "tablespoon": Decimal(15)}
AMOUNTS = {*MASSES, *ACTIVITY, "mmol"}
"""What a strength is given in; every other unit counts things."""
PATTERN = "|".join(sorted((re.escape(word) for word in MEANT), key=len, reverse=True))


def unit(word: str) -> str:
    """The unit meant; what is none stays as it is."""
    return MEANT.get(" ".join(word.lower().split()), word)


def ratio(amount: Decimal, given: str, strength: Decimal, of: str) -> Decimal | None:
    """How many times `strength` goes into `amount`; None where the units do not compare."""
    for scale in (MASSES, ACTIVITY):
        if given in scale and of in scale:
            return amount * scale[given] / (strength * scale[of])
    return amount / strength if given == of else None


def counted(count: Decimal, thing: str) -> str:
    """`1 tablet`, `2 tablets`, `2 patches`; amounts have no plural."""
    if count <= 1 or thing in AMOUNTS or thing in ("", "mL", "L"):
        return thing
    if thing == "pessary":
        return "pessaries"
    if thing == "suppository":
        return "suppositories"
    head, _, tail = thing.partition(" of ")
    plural = f"{head}es" if head.endswith(("ch", "x")) else f"{head}s"
    return f"{plural} of {tail}" if tail else plural
