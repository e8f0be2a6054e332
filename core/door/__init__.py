"""The door: signing in in one or two steps, the lock, and who is let through to the pages."""
