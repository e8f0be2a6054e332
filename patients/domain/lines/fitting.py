"""Which of several products is meant, and what the typed dose says of each."""

from dataclasses import dataclass
from decimal import Decimal

from patients.domain.lines import units
from patients.domain.lines.numbers import plain
from patients.domain.lines.pieces import Amount, Pieces
from patients.domain.lines.products import HALVED, Product

EXACT, WHOLE, FITS, NOT = 3, 2, 1, 0
MOST_AT_ONCE = 10
MOST_BY_COUNT = 4
LEAST_ML, MOST_ML = Decimal("0.5"), Decimal(30)
ROUTE_OF = {
    "eye": "ophthalmic",
    "left eye": "ophthalmic",
    "right eye": "ophthalmic",
    "both eyes": "ophthalmic",
    "each nostril": "nasal",
}
FORM_OF = {
    "liquid": ("suspension", "solution"),
    "tablet": ("tablet",),
    "capsule": ("capsule",),
    "cream": ("cream",),
    "ointment": ("ointment",),
    "gel": ("gel",),
    "inhaler": ("inhaler",),
    "drops": ("drops",),
    "spray": ("spray",),
    "injection": ("injection", "syringe", "pen"),
    "pen": ("pen",),
    "neb": ("nebuliser",),
    "prolonged": ("prolonged",),
    "gastro": ("gastro",),
    "odt": ("orodispersible",),
    "chewable": ("chewable",),
    "powder": ("powder",),
}
FORM_WORDS = {
    "liquid": "suspension susp syrup syr solution soln liquid liq elixir",
    "tablet": "tablets tablet tabs tab",
    "capsule": "capsules capsule caps cap",
    "cream": "cream crm",
    "ointment": "ointment oint ung",
    "gel": "gel",
    "inhaler": "inhaler mdi puffer",
    "drops": "drops drop",
    "spray": "spray",
    "injection": "injection inj",
    "pen": "pen",
    "neb": "neb nebs nebulised nebuliser nebulizer",
    "prolonged": "er xr sr mr cr xl la",
    "gastro": "ec gr",
    "odt": "odt",
    "chewable": "chewable",
    "powder": "sachet sachets",
}
_KIND = {word: kind for kind, words in FORM_WORDS.items() for word in words.split()}


@dataclass(frozen=True)
class Fit:
    """How well a product can give the dose, and the dose as it is given."""

    product: Product
    how: int
    dose: Amount | None = None
    assumed: bool = False


def narrow(pieces: Pieces) -> list[Fit]:
    """The products that can be meant, of one substance those that fit best: its strength, whole tablets."""
    products = _matching(_matching(list(pieces.products), _is_form, pieces), _is_route, pieces)
    fits = [fit(product, pieces) for product in products]
    able = [one for one in fits if one.how] or fits
    if len({one.product.generic for one in able}) > 1:
        return able
    best = max((one.how for one in able), default=NOT)
    return _by_mouth([one for one in able if one.how == best])


def _by_mouth(fits: list[Fit]) -> list[Fit]:
    """Where nothing else was said, what can be swallowed is not injected."""
    oral = [one for one in fits if one.product.route == "oral"]
    return oral or fits


def _matching(products: list[Product], test: object, pieces: Pieces) -> list[Product]:
    kept = [product for product in products if test(product, pieces)]  # type: ignore[operator]
    return kept or products


def _is_form(product: Product, pieces: Pieces) -> bool:
    kind = _KIND.get(pieces.form, "")
    return not kind or any(word in product.form for word in FORM_OF[kind])


def _is_route(product: Product, pieces: Pieces) -> bool:
    return not pieces.route or product.route == ROUTE_OF.get(pieces.route, pieces.route)


def fit(product: Product, pieces: Pieces) -> Fit:
    """What the pieces say of this product."""
    amount = dose_typed(pieces)
    strength = _strength_typed(pieces)
    if strength and not _has_strength(product, strength):
        return Fit(product, NOT, amount)
    if amount is None:
        return _without_dose(product, bool(strength))
    found = _fit_amount(product, amount) if amount.unit else _fit_bare(product, amount)
    return Fit(product, EXACT, found.dose, found.assumed) if strength and found.how else found


def dose_typed(pieces: Pieces) -> Amount | None:
    """What is taken at once: a count where there is one, else the last amount."""
    counts = [one for one in pieces.amounts if one.unit not in units.AMOUNTS]
    if counts:
        return counts[-1]
    if pieces.amounts:
        return pieces.amounts[-1]
    return pieces.bare


def _strength_typed(pieces: Pieces) -> Amount | str | None:
    """What was typed beside the dose."""
    dose = dose_typed(pieces)
    others = [one for one in pieces.amounts if one is not dose]
    if others:
        return others[0]
    if pieces.bare is not None and pieces.bare is not dose:
        return plain(pieces.bare.least)
    return pieces.strength or None


def _has_strength(product: Product, strength: Amount | str) -> bool:
    if isinstance(strength, str):
        return strength in product.amounts()
    one = product.measured
    if one is None:
        return False
    times = units.ratio(strength.least, strength.unit, one.amount, one.unit)
    return times == 1 or plain(strength.least) in product.amounts()


def _without_dose(product: Product, is_sure: bool) -> Fit:
    """A cream is applied; what has its strength typed is taken one at a time."""
    one = Amount(Decimal(1), None, product.counts_in)
    if product.counts_in == "application":
        return Fit(product, EXACT if is_sure else FITS, one, assumed=True)
    return Fit(product, EXACT, one, assumed=True) if is_sure else Fit(product, FITS)


def _fit_amount(product: Product, amount: Amount) -> Fit:
    if amount.unit not in units.AMOUNTS:
        return _fit_count(product, amount)
    strength = product.measured
    if strength is None or product.counts_in == "application":
        return Fit(product, FITS if product.is_pack else NOT, amount)
    if strength.second is not None and plain(amount.least) in product.amounts():
        return Fit(product, EXACT, Amount(Decimal(1), None, product.counts_in), assumed=True)
    times = units.ratio(amount.most or amount.least, amount.unit, strength.amount, strength.unit)
    return Fit(product, NOT if times is None else _can_give(product, times), amount)


def _can_give(product: Product, times: Decimal) -> int:
    """So many times the strength: whole capsules, half tablets, spoonfuls."""
    if product.is_liquid and product.measured is not None:
        return FITS if LEAST_ML <= times * product.measured.per <= MOST_ML else NOT
    if not product.is_solid:
        return EXACT if times == 1 else FITS
    step = 2 if product.form in HALVED else 1
    if times * step % 1 or times > MOST_AT_ONCE:
        return NOT
    if times == 1:
        return EXACT
    return FITS if times % 1 else WHOLE


def _fit_count(product: Product, amount: Amount) -> Fit:
    """Tablets for capsules are a slip; puffs of tablets are none of it."""
    if amount.unit == "dose" and product.is_solid:
        return Fit(
            product, FITS, Amount(amount.least, amount.most, product.counts_in), assumed=True
        )
    takes = {product.counts_in, product.pack[0], product.pack[2], "dose"}
    if amount.unit in takes or (amount.unit in units.SPOONS and product.is_liquid):
        return Fit(product, FITS, amount)
    if amount.unit in ("tablet", "capsule") and product.is_solid:
        meant = Amount(amount.least, amount.most, product.counts_in)
        return Fit(product, FITS, meant, assumed=True)
    injected = amount.unit == "mL" and product.pack[0] in ("ampoule", "vial", "syringe")
    return Fit(product, FITS if injected else NOT, amount)


def _fit_bare(product: Product, amount: Amount) -> Fit:
    """A number without a unit: the strength's unit, or so many tablets, puffs, drops."""
    counted = Amount(amount.least, amount.most, product.counts_in)
    if product.counts_in in ("puff", "spray", "drop"):
        return Fit(product, FITS, counted, assumed=True)
    strength = product.measured
    if (
        strength is not None
        and strength.second is not None
        and plain(amount.least) in product.amounts()
    ):
        return Fit(product, EXACT, Amount(Decimal(1), None, product.counts_in), assumed=True)
    if strength is not None and strength.unit in ("mg", "micrograms", "units"):
        times = (amount.most or amount.least) / strength.amount
        if how := _can_give(product, times):
            meant = Amount(amount.least, amount.most, strength.unit)
            return Fit(product, how, meant, assumed=True)
    if product.is_solid and amount.least <= MOST_BY_COUNT:
        return Fit(product, FITS, counted, assumed=True)
    return Fit(product, NOT, amount)
