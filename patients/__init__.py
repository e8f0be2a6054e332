"""Patients and their care: visits, prescriptions, laboratory requests."""
