"""What the cage says of a file it does not take."""


class Refused(Exception):
    """`str()` is the sentence for the person at the desk."""
