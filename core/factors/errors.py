"""Why a second step does not count."""

from core.errors import ClinicError


class WrongCode(ClinicError):
    """The same sentence for a wrong, an old and a used code."""

    def __init__(self) -> None:
        super().__init__("This code does not count. Wait for the next one and type that.")


class PasskeyRefused(ClinicError):
    """Whatever is wrong with it; the log has the reason."""

    def __init__(self) -> None:
        super().__init__("This passkey was not accepted. Try again, or sign in another way.")


class StillNeeded(ClinicError):
    """A role asks for one."""

    def __init__(self) -> None:
        super().__init__(
            "Your role asks for a second step. Add another before you remove this one."
        )
