"""Allergies: asked, recorded, withdrawn. "None known" and "not asked" are two different things."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale
from patients.models import Allergy, Patient
from patients.policies import require
from patients.queries.allergies import group_of, standing

Status = Patient.AllergyStatus
LONGEST_SUBSTANCE = LONGEST_REACTION = 300


class NoSubstance(ClinicError):
    """What the patient is allergic to was not said."""


class AlreadyRecorded(ClinicError):
    """The substance is on the patient's list."""


class SomeAreRecorded(ClinicError):
    """None known cannot stand beside a recorded allergy."""


class NoReason(ClinicError):
    """Whoever takes an allergy off the list says why."""


def add(
    patient_id: UUID,
    *,
    substance: str,
    reaction: str = "",
    criticality: str = Allergy.Criticality.UNKNOWN,
    by: User,
) -> Allergy:
    """Put a substance on the list; its group is found by its name, so that relatives warn as well.

    Raises NoSubstance, AlreadyRecorded, NotAllowed or Patient.DoesNotExist.
    """
    require(by, "allergies.edit")
    substance, reaction = " ".join(substance.split()), " ".join(reaction.split())
    if not substance:
        raise NoSubstance("Enter the medicine, food or material.")
    with acting(user_id=by.pk), transaction.atomic():
        patient = _locked(patient_id)
        if standing(patient_id).filter(substance__iexact=substance).exists():
            raise AlreadyRecorded(f"{substance} is on the list already.")
        made = Allergy.objects.create(
            patient=patient,
            substance=substance[:LONGEST_SUBSTANCE],
            group=group_of(substance),
            reaction=reaction[:LONGEST_REACTION],
            criticality=criticality,
            recorded_at=timezone.now(),
        )
        _told(patient, Status.RECORDED, by)
    return made


def none_known(patient_id: UUID, *, by: User) -> Patient:
    """The patient was asked and knows of none. Raises SomeAreRecorded or NotAllowed."""
    return _without(patient_id, Status.NONE_KNOWN, by=by)


def not_asked(patient_id: UUID, *, by: User) -> Patient:
    """Nobody has asked after all. Raises SomeAreRecorded or NotAllowed."""
    return _without(patient_id, Status.NOT_ASKED, by=by)


def withdraw(allergy_id: UUID, *, reason: str, version: int | None = None, by: User) -> Allergy:
    """It was entered in error: off the list, kept in the record with the reason.

    With the last one gone allergies count as not asked. Raises NoReason, Stale, NotAllowed or
    Allergy.DoesNotExist.
    """
    require(by, "allergies.edit")
    reason = reason.strip()
    if not reason:
        raise NoReason("Say why it is taken off the list.")
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        allergy = Allergy.objects.get(pk=allergy_id)
        patient = _locked(allergy.patient_id)
        allergy.refresh_from_db()
        if version is not None and allergy.version != version:
            raise Stale(f"{allergy.substance} was changed meanwhile. Look at the list again.")
        _mark_as_error(allergy, reason)
        if not standing(patient.pk).exists():
            _told(patient, Status.NOT_ASKED, by, was_asked=False)
    return allergy


def restore(allergy_id: UUID, *, by: User) -> Allergy:
    """Take a withdrawal back. Raises AlreadyRecorded, NotAllowed or Allergy.DoesNotExist."""
    require(by, "allergies.edit")
    with acting(user_id=by.pk, reason="withdrawal taken back"), transaction.atomic():
        allergy = Allergy.objects.get(pk=allergy_id)
        patient = _locked(allergy.patient_id)
        if standing(patient.pk).filter(substance__iexact=allergy.substance).exists():
            raise AlreadyRecorded(f"{allergy.substance} is on the list already.")
        allergy.verification, allergy.active = Allergy.Verification.UNCONFIRMED, True
        allergy.metadata = {k: v for k, v in allergy.metadata.items() if k != "withdrawn"}
        allergy.save(update_fields=["verification", "active", "metadata"])
        _told(patient, Status.RECORDED, by)
    return allergy


def _without(patient_id: UUID, status: str, *, by: User) -> Patient:
    require(by, "allergies.edit")
    with acting(user_id=by.pk), transaction.atomic():
        patient = _locked(patient_id)
        if standing(patient_id).exists():
            raise SomeAreRecorded("Allergies are recorded. Take them off the list first.")
        _told(patient, status, by, was_asked=status != Status.NOT_ASKED)
    return patient


def _locked(patient_id: UUID) -> Patient:
    """Two people who change one patient's list follow one another."""
    return Patient.objects.select_for_update(no_key=True).get(pk=patient_id)


def _mark_as_error(allergy: Allergy, reason: str) -> None:
    allergy.verification, allergy.active = Allergy.Verification.ENTERED_IN_ERROR, False
    allergy.metadata = {**allergy.metadata, "withdrawn": reason}
    allergy.save(update_fields=["verification", "active", "metadata"])


def _told(patient: Patient, status: str, by: User, *, was_asked: bool = True) -> None:
    """What is known now, and who asked when; asking again is worth noting too."""
    patient.allergy_status = status
    patient.allergies_asked_at = timezone.now() if was_asked else None
    patient.allergies_asked_by = by if was_asked else None
    patient.save(update_fields=["allergy_status", "allergies_asked_at", "allergies_asked_by"])
