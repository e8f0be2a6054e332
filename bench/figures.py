"""Many times in a few figures."""

PLACES = (("p50", 50), ("p95", 95), ("p99", 99))


def percentiles(times: list[float]) -> dict[str, float]:
    """The 50th, 95th and 99th of a hundred, to a tenth."""
    ordered = sorted(times)
    at = {name: ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for name, p in PLACES}
    return {name: round(value, 1) for name, value in at.items()}
