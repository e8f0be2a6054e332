"""What a variable's text may be. Each kind gives its value, or a ValueError that ends the sentence
beginning with the variable's name; the text itself never appears in it: it may be a password."""

import os
import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

Kind = Callable[[str], Any]

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
KEY_LENGTH, KEY_VARIETY = 50, 5


def text(given: str) -> str:
    if len(given) > 200 or not given.isprintable():
        raise ValueError("must be one line of at most 200 characters.")
    return given


def boolean(given: str) -> bool:
    if given.lower() not in YES | NO:
        raise ValueError("must be one of 1, 0, true, false, yes, no, on, off.")
    return given.lower() in YES


def number(least: int, most: int) -> Kind:
    """A whole number between two others, both included."""

    def kind(given: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", given) or not least <= int(given) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}.")
        return int(given)

    return kind


def choice(*words: str) -> Kind:
    """One of a few words."""

    def kind(given: str) -> str:
        if given not in words:
            raise ValueError(f"must be one of {', '.join(words)}.")
        return given

    return kind


def several(*words: str) -> Kind:
    """Some of a few words, separated by commas."""

    def kind(given: str) -> list[str]:
        if not set(_listed(given)) <= set(words):
            raise ValueError(f"must list some of {', '.join(words)}, separated by commas.")
        return _listed(given)

    return kind


def amounts(given: str) -> list[Decimal]:
    """Amounts of money separated by commas, the largest first."""
    if not re.fullmatch(r"\s*\d{1,9}(\.\d{1,2})?(\s*,\s*\d{1,9}(\.\d{1,2})?)*\s*", given):
        raise ValueError("must list amounts such as 50,20,0.50, separated by commas.")
    found = {Decimal(one) for one in _listed(given)}
    if not all(found):
        raise ValueError("must list amounts above nought.")
    return sorted(found, reverse=True)


def folder(given: str) -> str:
    """It need not exist yet; it must be possible to make it."""
    path = Path(given)
    standing = next(step for step in (path, *path.absolute().parents) if step.exists())
    if given.startswith("~") or not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        raise ValueError("must be a folder this user may write to, as a path without ~.")
    return given


def socket_address(given: str) -> str:
    """A port of a host, or a socket in the file system."""
    if not re.fullmatch(r"/\S{1,100}|[A-Za-z0-9.-]{1,100}:[0-9]{1,5}", given):
        raise ValueError("must be host:port, or the path of a socket that begins with /.")
    return given


def bucket(given: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", given):
        raise ValueError(
            "must be the name of a bucket: 3 to 63 small letters, digits, dots, hyphens."
        )
    return given


def http_url(given: str) -> str:
    parts = _parts(given, shape := "must be an address such as https://s3.example:9000.")
    if parts.scheme not in ("http", "https"):
        raise ValueError(shape)
    return given


def secret_key(given: str) -> str:
    known = given.startswith("django-insecure-") or len(set(given)) < KEY_VARIETY
    if known or len(given) < KEY_LENGTH:
        raise ValueError(
            f"must be at least {KEY_LENGTH} random characters; without it the clinic makes its own."
        )
    return given


def encryption_keys(given: str) -> list[bytes]:
    """Secret keys of 32 bytes, oldest first."""
    found = [one for one in _listed(given) if re.fullmatch(r"[0-9a-fA-F]{64}", one)]
    if not found or found != _listed(given):
        raise ValueError("must be 64 hexadecimal digits, several of them separated by commas.")
    if any(len(set(bytes.fromhex(one))) < KEY_VARIETY for one in found):
        raise ValueError("must be random: `openssl rand -hex 32` makes one.")
    return [bytes.fromhex(one) for one in found]


def hosts(given: str) -> list[str]:
    """`*` would let any page on the web open the clinic's sockets."""
    names = _listed(given)
    if any("*" in name or "/" in name or " " in name for name in names):
        raise ValueError(
            "must list host names separated by commas, without wildcard, scheme or path."
        )
    return names


def origins(given: str) -> list[str]:
    names = _listed(given)
    if not all(re.fullmatch(r"https?://[^/\s*]+", name) for name in names):
        raise ValueError("must list origins such as https://clinic.example, separated by commas.")
    return names


def networks(given: str) -> list[str]:
    names = _listed(given)
    for name in names:
        try:
            ip_network(name)
        except ValueError as error:
            raise ValueError(
                "must list addresses or networks such as 10.0.0.0/24, separated by commas."
            ) from error
    return names


def time_zone(given: str) -> str:
    try:
        ZoneInfo(given)
    except (ValueError, OSError, LookupError) as error:
        raise ValueError("must be a time zone such as Africa/Nairobi.") from error
    return given


def currency(given: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", given):
        raise ValueError("must be the three capital letters of ISO 4217, such as KES.")
    return given


def phone_region(given: str) -> str:
    if given not in SUPPORTED_REGIONS:
        raise ValueError("must be the two capital letters of a country, such as KE.")
    return given


def postgresql_url(given: str) -> str:
    shape = "must be of the form postgresql://user:password@host:port/database."
    parts = _parts(given, shape)
    if parts.scheme not in ("postgresql", "postgres") or len(parts.path) < 2:
        raise ValueError(shape)
    return given


def mongodb_url(given: str) -> str:
    shape = "must be of the form mongodb://user:password@host:port/database?authSource=admin."
    if given.startswith("mongodb+srv://"):
        return given
    try:
        parse_uri(given, warn=False)
    except (PyMongoError, ValueError) as error:
        raise ValueError(shape) from error
    return given


def redis_url(given: str) -> str:
    """Without a database's number: the clinic uses 0, 1 and 2."""
    shape = "must be of the form redis://:password@host:port, without a database number."
    parts = _parts(given, shape)
    if parts.scheme not in ("redis", "rediss") or parts.path.strip("/") or parts.query:
        raise ValueError(shape)
    return given.rstrip("/")


def password(given: str) -> str:
    """It becomes a part of a URL."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]{8,100}", given):
        raise ValueError("must be 8 to 100 letters, digits, dots, hyphens or underscores.")
    return given


def mongodb_name(given: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,38}", given):
        raise ValueError("must be at most 38 letters, digits, hyphens or underscores.")
    return given


def _listed(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def _parts(given: str, shape: str) -> Any:
    """The URL's parts. A host is needed and a port must be one."""
    try:
        parts = urlsplit(given)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise ValueError(shape) from error
    if not is_whole:
        raise ValueError(shape)
    return parts
