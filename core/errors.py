"""What can go wrong in words a person at the desk understands."""


class ClinicError(Exception):
    """Something the person at the desk can put right; `str()` is the sentence to show."""


class Stale(ClinicError):
    """Somebody else saved the same thing in the meantime."""


class NotAllowed(ClinicError):
    """The person may see this, but not do that."""


class ServiceUnavailable(ClinicError):
    """A server the action needs does not answer; names the service, the host and what to do."""

    def __init__(self, service: str, host: str, remedy: str) -> None:
        super().__init__(f"{service} at {host} does not answer. {remedy}")
        self.service = service
