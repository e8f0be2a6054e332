"""Phone numbers as they are kept: E.164, `+254712555018`."""

import phonenumbers
from django.conf import settings

from core.errors import ClinicError


class NotDiallable(ClinicError):
    """Says how to type a number."""


def international(typed: str) -> str:
    """The number as +254712555018, "" for blanks; national ones belong to the clinic's country.

    Raises NotDiallable.
    """
    if not typed.strip():
        return ""
    try:
        number = phonenumbers.parse(typed, settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise NotDiallable("Type the number with its country, like +254 712 555 018.") from error
    if not phonenumbers.is_possible_number(number):
        raise NotDiallable("This number is too long or too short; check its digits.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def as_reported(number: str) -> str:
    """International where it can be dialled, else as somebody else's records have it."""
    try:
        return international(number)
    except NotDiallable:
        return number


def in_groups(kept: str) -> str:
    """As it is read out, `+254 712 555018`; what is no number stays as it was typed."""
    try:
        number = phonenumbers.parse(kept, settings.PHONE_REGION)
    except phonenumbers.NumberParseException:
        return kept
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
