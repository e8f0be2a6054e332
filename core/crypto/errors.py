"""Why something sealed stays closed."""

from core.errors import ClinicError


class KeyShredded(ClinicError):
    """The owner's key was destroyed on purpose, and with it all that was sealed with it."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            "This record was destroyed on purpose: nothing of it can be read, and nothing added."
        )
        self.owner = owner


class NotAuthentic(ClinicError):
    """The bytes were changed, cut, or moved here from another row."""

    def __init__(self, bound_to: str) -> None:
        super().__init__(
            f"What is stored as {bound_to} is not what was sealed there. Tell the administrator."
        )
        self.bound_to = bound_to


class DataKeyMissing(ClinicError):
    """No row of `data_keys` bears the id that the sealed bytes name."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"The data key of {owner} is gone from the table data_keys. Restore it from a backup."
        )
        self.owner = owner
