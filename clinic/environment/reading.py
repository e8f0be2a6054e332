"""Reads the variables, and refuses to start on a wrong one."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import environ

from clinic.environment.table import COMPOSE, VARIABLES, Variable

# The passwords of the documents and examples everybody can read.
KNOWN_PASSWORDS = ("password", *(each.example for each in COMPOSE.variables))
LINE = re.compile(r"\s*(#.*|(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=.*)?")


class WrongEnvironment(SystemExit):
    """Ends the process with sentences for the operator instead of a traceback.

    Whichever program reads the settings (manage.py, Daphne, Celery), Python prints the sentences
    and exits with 1.
    """


def read(dotenv: Path) -> dict[str, Any]:
    """The value of every variable. What is set in the environment comes before `.env`.

    Raises WrongEnvironment naming each variable that is wrong, never its content.
    """
    _read_file(dotenv)
    values, problems = parse(os.environ)
    problems += list(contradictions(values, os.environ))
    if problems:
        raise WrongEnvironment("\n".join(problems))
    return values


def parse(given: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Values, and a sentence for each that is none."""
    values, problems = {}, []
    for variable in VARIABLES:
        values[variable.name] = variable.default
        if variable.name in given:
            try:
                values[variable.name] = _value(variable, given[variable.name])
            except ValueError as error:
                problems.append(f"{variable.name} {error}")
    if values["CLINIC_DEMO"] is None:
        values["CLINIC_DEMO"] = values["ENVIRONMENT"] != "production"
    return values, problems


def contradictions(values: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[str]:
    """What is dangerous in production."""
    if values["ENVIRONMENT"] != "production":
        return
    if values["DEBUG"]:
        yield "DEBUG must be off when ENVIRONMENT is production."
    if values["CLINIC_DEMO"]:
        yield "CLINIC_DEMO must be off when ENVIRONMENT is production: everybody knows its passwords."
    if "HTTPS" not in given:
        yield "HTTPS must be said when ENVIRONMENT is production: on behind a proxy that speaks TLS, off only where nobody can listen on the network."
    for name in (variable.name for variable in VARIABLES if variable.name.endswith("_URL")):
        if any(f":{word}@" in given.get(name, "") for word in KNOWN_PASSWORDS):
            yield f"{name} holds a password that everybody can read in the documentation."


def _value(variable: Variable, text: str) -> Any:
    if not text.strip():
        raise ValueError("is empty; give it a value or leave it out.")
    return variable.kind(text.strip())


def _read_file(dotenv: Path) -> None:
    try:
        lines = dotenv.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise WrongEnvironment(f"{dotenv.name} cannot be read as text.") from error
    for number, line in enumerate(lines, 1):
        if not LINE.fullmatch(line):
            raise WrongEnvironment(f"Line {number} of {dotenv.name} is not NAME=value.")
    environ.Env.read_env(dotenv)
