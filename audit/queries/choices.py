"""What the trail can be narrowed to."""

from audit.queries.trail import Filters
from core.databases import mongo
from core.errors import ServiceUnavailable


def known(field: str, patient_id: str = "") -> list[str]:
    """The actions or kinds of thing that occur, of a patient or in the whole house.

    Without MongoDB those that wait; the list is a help, so it never fails.
    """
    filters = Filters(patients=(patient_id,) if patient_id else ())
    waiting = filters.rows().order_by().values_list(field, flat=True).distinct()
    found = set(waiting)
    try:
        with mongo.reading():
            found |= set(mongo.collection("audit_logs").distinct(field, filters.match()))
    except ServiceUnavailable:
        pass
    return sorted(found)
