"""Writing letters, and printing them: the first print is the letter, all later ones are copies."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.documents import ClinicalData
from clinical_docs.models import Letter
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.shell.words import clinic_datetime
from patients.models import Visit
from patients.queries.paper import on_paper

# Crockford's: no letter that is read for another; 16 of them are 80 bits, which nobody guesses.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
Valid = tuple[date | None, date | None]


def write(
    visit_id: UUID,
    *,
    kind: Letter.Kind,
    paper: Mapping[str, Any],
    size: str,
    valid: Valid = (None, None),
    by: User,
) -> Letter:
    """Sign a letter; its words are kept as they are printed, so that a copy says the same.

    Raises NotAllowed or Visit.DoesNotExist.
    """
    require(by, "letters.write")
    with acting(user_id=by.pk), transaction.atomic():
        visit = Visit.objects.select_related("patient").get(pk=visit_id)
        signed_at = timezone.now()
        signed = {"signed_by": by.display_name, "signed_at": clinic_datetime(signed_at)}
        letter = Letter(
            patient=visit.patient,
            visit=visit,
            kind=kind,
            code="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)),
            signed_by=by,
            signed_at=signed_at,
            valid_from=valid[0],
            valid_until=valid[1],
        )
        document = _document(letter, {**paper, **signed, "size": size}, by)
        document.save()
        letter.document_id = str(document.pk)
        letter.save()
        return letter


def count_print(letter_id: UUID, *, by: User) -> bool:
    """Whether this print is a copy: all but the first are. Raises NotAllowed."""
    require(by, "letters.write")
    with acting(user_id=by.pk), transaction.atomic():
        letter = Letter.objects.select_for_update(no_key=True).get(pk=letter_id)
        letter.printed += 1
        letter.save(update_fields=["printed"])
        return letter.printed > 1


def _document(letter: Letter, paper: Mapping[str, Any], by: User) -> ClinicalData:
    kind = Letter.Kind(letter.kind)
    return ClinicalData(
        patient_id=str(letter.patient_id),
        visit_id=str(letter.visit_id),
        data_type="letter",
        code=kind.value,
        data={
            "letter": str(letter.pk),
            "title": kind.label,
            "kind": kind.value,
            "paper": {**paper, "patient": on_paper(letter.patient)},
        },
        created_by=str(by.pk),
    )
