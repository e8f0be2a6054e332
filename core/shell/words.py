"""How the clinic writes dates, ages, numbers and names, after the NHS Common User Interface guides."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from core import clock

NO_BREAK = "\u00a0"
MINUS = "\u2212"
UP_TO = "\u2013"
NOT_KNOWN = "Not known"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

WRITTEN_OUT = {
    "mcg": "micrograms",
    "µg": "micrograms",
    "μg": "micrograms",
    "ug": "micrograms",
    "ng": "nanograms",
    "iu": "units",
    "u": "units",
}
"""ISMP's error-prone abbreviations of doses: read as another unit, or as a nought."""


def local(moment: date | datetime) -> date | datetime:
    """The moment as the clinic's wall shows it; a calendar day is what it is."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def clinic_date(day: date | datetime | None) -> str:
    """`02-Mar-1988`: no reader takes the day for the month."""
    if not isinstance(day, date):
        return NOT_KNOWN
    day = local(day)
    return f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year:04}"


def clinic_lately(day: date | datetime) -> str:
    """`21-Mar` within a year, else the year alone; for where the whole date stands on hover."""
    day = local(day)
    is_recent = (clock.today() - date(day.year, day.month, day.day)).days < 360
    return f"{day.day:02}-{MONTHS[day.month - 1]}" if is_recent else f"{day.year:04}"


def clinic_time(moment: datetime | None) -> str:
    """`09:20`, on the clinic's clock."""
    if not isinstance(moment, datetime):
        return NOT_KNOWN
    return f"{local(moment):%H:%M}"


def clinic_datetime(moment: datetime | None) -> str:
    if not isinstance(moment, datetime):
        return clinic_date(moment)
    return f"{clinic_date(moment)}{NO_BREAK}{clinic_time(moment)}"


def clinic_hour(moment: datetime | None) -> str:
    """The time, but nothing at midnight: that is how a day without a time is kept."""
    return "" if clinic_time(moment) == "00:00" else clinic_time(moment)


def age(born: date | None, on: date | None = None) -> str:
    """`38 y`; under 18 years with months, under 2 with months and days, under 1 in weeks and days,
    under 4 weeks in days.
    """
    on = on or clock.today()
    if not isinstance(born, date):
        return NOT_KNOWN
    if born > on:
        return "not born yet"
    parts = [(number, unit) for number, unit in _age_parts(born, on) if number]
    return " ".join(f"{number}{NO_BREAK}{unit}" for number, unit in parts) or f"0{NO_BREAK}d"


def age_in_short(born: date | None, on: date | None = None) -> str:
    """The largest part alone: `9 y`, `14 m`, `3 w`, for lists."""
    number, _, rest = age(born, on).partition(NO_BREAK)
    return f"{number}{NO_BREAK}{rest.split()[0]}" if rest else number


def _age_parts(born: date, on: date) -> list[tuple[int, str]]:
    days = (on - born).days
    months, odd_days = _whole_months(born, on)
    if days < 28:
        return [(days, "d")]
    if months < 12:
        return [(days // 7, "w"), (days % 7, "d")]
    if months < 24:
        return [(months, "m"), (odd_days, "d")]
    return [(months // 12, "y"), (months % 12 if months < 18 * 12 else 0, "m")]


def _whole_months(born: date, on: date) -> tuple[int, int]:
    months = (on.year - born.year) * 12 + on.month - born.month
    if on.day < born.day:
        months -= 1
    turned = _same_day(born, months)
    return months, (on - turned).days


def _same_day(born: date, months: int) -> date:
    """So many months after birth; the 31st becomes the last day a shorter month has."""
    year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
    for day in (born.day, 30, 29):
        try:
            return date(year, month + 1, min(day, born.day))
        except ValueError:
            continue
    return date(year, month + 1, 28)


def person_name(family: str, given: str) -> str:
    """`OKORO, Grace`."""
    return (
        ", ".join(part for part in (family.strip().upper(), given.strip()) if part)
        or "Name not known"
    )


def mrn(number: int | str | None) -> str:
    """`104 556`: a number read out in groups is read right."""
    if number in (None, ""):
        return NOT_KNOWN
    digits = str(number).zfill(6)
    groups = [digits[max(end - 3, 0) : end] for end in range(len(digits), 0, -3)]
    return NO_BREAK.join(reversed(groups))


def grouped(number: int) -> str:
    """`184 226`."""
    return f"{number:,}".replace(",", NO_BREAK)


def quantity(value: object, unit: str = "") -> str:
    """A measured value as it was reported, its unit on the same line: `8.4 %`, `0.5 mmol/L`."""
    if value in (None, ""):
        return NOT_KNOWN
    text = str(value).strip().replace("-", MINUS) if _is_number(value) else str(value).strip()
    if text.startswith((".", f"{MINUS}.")):
        text = text.replace(".", "0.", 1)
    return f"{text}{NO_BREAK}{unit.replace(' ', NO_BREAK)}" if unit else text


def dose(value: object, unit: str = "") -> str:
    """A dose: never a trailing nought, always a leading one, units that cannot be misread."""
    number = _decimal(value)
    if number is None:
        return quantity(value, unit)
    plain = f"{number.normalize():f}"
    return quantity(plain, WRITTEN_OUT.get(unit.lower(), unit))


def money(amount: object, currency: str = "") -> str:
    """`2 418.60`: always two decimals, thousands apart, a true minus."""
    number = _decimal(amount)
    if number is None:
        return NOT_KNOWN
    text = f"{number:,.2f}".replace(",", NO_BREAK).replace("-", MINUS)
    return f"{text}{NO_BREAK}{currency}" if currency else text


def minutes(moment: datetime | None, now: datetime | None = None) -> str:
    """How long since: `34 min`, `2 h 05 min`."""
    if not isinstance(moment, datetime):
        return NOT_KNOWN
    passed = max(int(((now or timezone.now()) - moment).total_seconds() // 60), 0)
    hours, rest = divmod(passed, 60)
    return (
        f"{hours}{NO_BREAK}h{NO_BREAK}{rest:02}{NO_BREAK}min" if hours else f"{rest}{NO_BREAK}min"
    )


def _is_number(value: object) -> bool:
    return _decimal(value) is not None


def _decimal(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
