#!/usr/bin/env python
"""Django's command line for Seth Clinic."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import OperationalError

from core.databases import absence, roles


def main() -> None:
    """Run the command; a server that is not running is a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    roles.work_without_pool()
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, *absence.SIGNS) as error:
        sys.exit(absence.sentence(error))


if __name__ == "__main__":
    main()
