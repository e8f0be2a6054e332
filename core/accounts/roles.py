"""What each role may do: the one table of permissions.

A permission is `area.act`. Views name the one they need, menus show only what is granted, domain
functions ask again. Somebody with several roles may do what any of them may.
"""

from django.db import models


class Role(models.TextChoices):
    RECEPTIONIST = "receptionist", "Receptionist"
    NURSE = "nurse", "Nurse"
    CLINICIAN = "clinician", "Clinician"
    LAB = "lab", "Lab technician"
    PHARMACIST = "pharmacist", "Pharmacist"
    CASHIER = "cashier", "Cashier"
    MANAGER = "manager", "Manager"
    ADMINISTRATOR = "administrator", "Administrator"
    AUDITOR = "auditor", "Auditor"


EVERYBODY = {"home.view", "profile.edit"}
DESK = {"patients.search", "patients.view"}
CARE = DESK | {"patients.view_clinical", "patients.edit"}

PERMISSIONS: dict[str, set[str]] = {
    Role.RECEPTIONIST: DESK
    | {"patients.register", "patients.edit", "visits.open", "billing.view_balance"},
    Role.NURSE: CARE | {"patients.register", "visits.open", "vitals.record", "notes.write"},
    Role.CLINICIAN: CARE
    | {
        "patients.register",
        "visits.open",
        "vitals.record",
        "notes.write",
        "problems.edit",
        "prescriptions.write",
        "lab.request",
    },
    Role.LAB: DESK | {"patients.view_clinical", "lab.result"},
    Role.PHARMACIST: DESK | {"patients.view_clinical", "prescriptions.dispense", "stock.view"},
    Role.CASHIER: DESK | {"billing.view_balance", "billing.view_invoices", "billing.take_payment"},
    Role.MANAGER: DESK
    | {"billing.view_balance", "billing.view_invoices", "stock.view", "operations.view"},
    Role.ADMINISTRATOR: {"admin.site", "operations.view", "outbox.retry", "styleguide.view"},
    Role.AUDITOR: {"audit.view", "operations.view", "patients.search", "patients.view"},
}
"""The auditor reads the trail of a record, not the record's clinical content."""

AUDIT_OF_A_RECORD = {Role.CLINICIAN, Role.MANAGER, Role.AUDITOR}
for _role in AUDIT_OF_A_RECORD:
    PERMISSIONS[_role] |= {"audit.view_record"}


def permissions_of(roles: list[str]) -> set[str]:
    """Everything that holders of these roles may do."""
    return EVERYBODY.union(*(PERMISSIONS[role] for role in roles if role in PERMISSIONS))
