"""What clinical documents add around the timeline: last values with their trend, and charts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinical_docs.queries import charts
from clinical_docs.queries.measures import measures, recent_documents
from clinical_docs.queries.signs import VITALS, Latest, latest_of, pairs_of, signs_of
from core.shell.charts import Chart

LAST_RESULTS = 6


@dataclass(frozen=True)
class Measured:
    """Last vital signs with their moment, last results, charts."""

    vitals: list[Latest]
    taken_at: datetime | None
    results: list[Latest]
    charts: list[Chart]


def measured(patient_id: UUID) -> Measured:
    """One question to MongoDB. Raises ServiceUnavailable without it."""
    found = measures(recent_documents(patient_id))
    pairs = pairs_of(found)
    vitals = {pair[0].code: pair for pair in reversed(pairs) if pair[0].code in VITALS}
    results = [latest_of(pair) for pair in pairs if pair[0].data_type == "lab_result"]
    taken_at = max((pair[0].at for pair in vitals.values()), default=None)
    return Measured(signs_of(vitals), taken_at, results[:LAST_RESULTS], charts.charts(found))
