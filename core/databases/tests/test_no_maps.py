"""Libraries of maps are not looked for; all others are."""

from core.databases.no_maps import without_maps


def test_only_libraries_of_maps_are_not_there():
    asked = []
    find = without_maps(lambda name: asked.append(name) or f"lib{name}.so")

    assert [find(name) for name in ("GDAL", "gdal3.8.0", "geos_c", "magic")] == [None] * 3 + [
        "libmagic.so"
    ]
    assert asked == ["magic"]
