"""What names no time of its own: a family's history, a procedure of some visit.

Taking the day of the import for it would put it on top of every record as if it were news.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Min

from core.importing.incoming import Incoming
from patients.models import Visit

# By the id of a visit, and by that of a patient.
Times = dict[str, datetime]


def times(visits: Iterable[str | None], patients: Iterable[str | None]) -> Times:
    """When these visits began, and when these patients first came."""
    began = Visit.objects.filter(pk__in=filter(None, visits)).values_list("pk", "opened_at")
    came = Visit.objects.filter(patient_id__in=filter(None, patients)).values_list("patient_id")
    return {str(key): at for key, at in (*began, *came.annotate(Min("opened_at")))}


def since(incoming: Incoming, visit: str | None, patient: str) -> datetime | None:
    """The beginning of its visit; without one, the patient's first visit."""
    known: Times = incoming.prepared or {}
    return known.get(visit or "") or known.get(patient)
