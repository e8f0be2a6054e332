"""What the cash desk can be told."""

from core.errors import ClinicError, Stale


class ChangedMeanwhile(Stale):
    """What was ticked is not what is owed any more; the sentence says what happened."""


class NothingToSettle(ClinicError):
    """Nothing is ticked, or nothing would happen."""


class NotAsPriced(ClinicError):
    """A charge waits for its price."""


class WrongAmount(ClinicError):
    """The amounts do not fit what is to be paid."""


class NoShift(ClinicError):
    """Money is taken in an open shift only."""


class TooMuchOff(ClinicError):
    """More than may be taken off."""


class NotNow(ClinicError):
    """The thing is not in a state in which this can be done."""
