"""Counting prints: every one after the first is a copy."""

from django.db import transaction
from django.db.models import F

from billing.models import CreditNote, Receipt


@transaction.atomic
def count_print(paper: Receipt | CreditNote) -> int:
    """One more; which one it is."""
    type(paper).objects.filter(pk=paper.pk).update(printed=F("printed") + 1)
    paper.refresh_from_db(fields=["printed"])
    return paper.printed
