"""What runs in the cage: a process of its own that knows no secret and has little of anything.

Nothing but core.files.cage starts it. It may import no Django and nothing of the clinic beside
this package, so that a file that takes it over has taken over nothing.
"""
