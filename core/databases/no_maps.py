"""The clinic draws no maps.

Django's MongoDB backend looks for GDAL and GEOS, which it can do without, four times at every start;
each time a compiler is asked for a dozen names. That is a quarter of what a command takes to begin.
"""

import ctypes.util
from collections.abc import Callable

OF_MAPS = ("gdal", "geos")


def without_maps(find: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Finds libraries as `find` does, except those of maps, which are not there."""

    def find_library(name: str) -> str | None:
        return None if name.lower().startswith(OF_MAPS) else find(name)

    return find_library


def install() -> None:
    """Before the backend is loaded, in settings."""
    setattr(ctypes.util, "find_library", without_maps(ctypes.util.find_library))  # noqa: B010
