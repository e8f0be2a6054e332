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
QUEUE = {"queue.view", "queue.work"}
DIARY = {"appointments.view", "appointments.check_in", "appointments.book"}
DOCUMENTS = {"documents.view", "documents.add"}
CARE = (
    DESK
    | QUEUE
    | {"patients.view_clinical", "patients.edit", "allergies.edit", "patients.break_glass"}
)

PERMISSIONS: dict[str, set[str]] = {
    Role.RECEPTIONIST: DESK
    | QUEUE
    | DIARY
    | DOCUMENTS
    | {"patients.register", "patients.edit", "visits.open", "billing.view_balance"},
    Role.NURSE: CARE
    | DIARY
    | DOCUMENTS
    | {
        "patients.register",
        "visits.open",
        "triage.view",
        "vitals.record",
        "notes.write",
        "lab.view",
        "lab.collect",
        "prescriptions.view",
    },
    Role.CLINICIAN: CARE
    | DIARY
    | DOCUMENTS
    | {
        "patients.register",
        "visits.open",
        "triage.view",
        "vitals.record",
        "notes.write",
        "consult.write",
        "appointments.overbook",
        "letters.write",
        "problems.edit",
        "prescriptions.write",
        "prescriptions.view",
        "lab.request",
        "lab.view",
        "results.acknowledge",
        "stock.view",
    },
    Role.LAB: DESK
    | QUEUE
    | DOCUMENTS
    | {
        "patients.view_clinical",
        "patients.break_glass",
        "lab.view",
        "lab.collect",
        "lab.result",
        "lab.verify",
    },
    Role.PHARMACIST: DESK
    | QUEUE
    | {
        "patients.view_clinical",
        "patients.break_glass",
        "prescriptions.view",
        "prescriptions.dispense",
        "documents.view",
        "stock.view",
        "stock.take",
    },
    Role.CASHIER: DESK
    | QUEUE
    | {
        "billing.view_balance",
        "billing.view_invoices",
        "billing.view_till",
        "billing.take_payment",
        "billing.add_charges",
        "billing.discount",
        "billing.refund",
        "billing.work_shift",
    },
    Role.MANAGER: DESK
    | DIARY
    | {
        "queue.view",
        "appointments.overbook",
        "billing.view_balance",
        "billing.view_invoices",
        "billing.view_till",
        "billing.approve",
        "billing.view_shifts",
        "documents.view",
        "documents.hold",
        "stock.view",
        "operations.view",
        "patients.restrict",
    },
    Role.ADMINISTRATOR: {"admin.site", "operations.view", "outbox.retry", "styleguide.view"},
    Role.AUDITOR: DESK | {"audit.view", "operations.view", "patients.restrict", "privacy.review"},
}
"""The auditor reads the trail of a record, not the record's clinical content."""

AUDIT_OF_A_RECORD = {Role.CLINICIAN, Role.MANAGER, Role.AUDITOR}
for _role in AUDIT_OF_A_RECORD:
    PERMISSIONS[_role] |= {"audit.view_record"}


def permissions_of(roles: list[str]) -> set[str]:
    """Everything that holders of these roles may do."""
    return EVERYBODY.union(*(PERMISSIONS[role] for role in roles if role in PERMISSIONS))
