"""One patient's history out of both databases, newest first; apps register what they add to it."""
