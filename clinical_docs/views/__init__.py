"""Fragments of a patient's record that come from clinical documents."""
