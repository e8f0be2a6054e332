"""Forms about patients: they clean, and never save."""
