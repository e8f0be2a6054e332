"""What can go wrong with imported files, in words for the person who runs the import."""

from core.errors import ClinicError


class ImportRefused(ClinicError):
    """The whole import is refused; nothing of it has been written."""


class OtherVersion(ImportRefused):
    """The files are FHIR, but not R4."""

    def __init__(self, where: str, version: str, sign: str) -> None:
        super().__init__(
            f"{where} is FHIR {version} ({sign}). Only FHIR R4 is read; nothing was imported."
        )


class Unfit(Exception):
    """One resource cannot be taken in: the path inside it and the reason."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path, self.reason = path, reason
