"""Whether the clinic can work: live, ready, and the whole picture."""
