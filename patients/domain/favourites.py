"""Lines that somebody prescribes often, as text to be read again."""

from core.accounts.models import User
from core.capture.context import acting
from patients.domain.lines.line import Line, render
from patients.domain.lines.reading import LONGEST
from patients.models import PrescriptionFavourite
from patients.policies import require

MOST = 100


def texts(by: User) -> list[str]:
    """This person's favourites in alphabetical order."""
    return list(PrescriptionFavourite.objects.filter(user=by).values_list("text", flat=True)[:MOST])


def star(line: Line, *, by: User) -> bool:
    """Keep the line among the favourites, or take it out if it is there; tells which."""
    require(by, "prescriptions.write")
    text = render(line)[:LONGEST]
    with acting(user_id=by.pk):
        _, created = PrescriptionFavourite.objects.get_or_create(user=by, text=text)
        if not created:
            PrescriptionFavourite.objects.filter(user=by, text=text).delete()
    return created
