#!/usr/bin/env python
"""Django's command line for Seth Clinic."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run the command; a database that is not running is a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        sys.exit(
            f"PostgreSQL does not answer ({str(error).strip().splitlines()[0]}).\n"
            "Start the clinic with bin/up in this CLINIC_HOME, or check DATABASE_URL."
        )


if __name__ == "__main__":
    main()
