"""`manage.py keys`: what is sealed with which key; new keys, copies of keys, the end of a key."""

import getpass
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.capture.context import acting
from core.counting import counting
from core.crypto import exporting, keys, rotation
from core.databases import mongo, roles
from core.errors import ClinicError
from core.outbox import resealing
from core.outbox.domain import put_fact
from patients.models import Patient

PASSPHRASE = "KEYS_PASSPHRASE"  # noqa: S105  (the name of a variable)
KEEP = (
    "Keep {file} and its passphrase apart from the backups, and from each other. Whoever has a"
    " backup and both reads everything; without them a backup cannot be read at all."
)
AGAIN = (
    "Run `manage.py keys export` now: exports made before do not fit any more. Destroy them, and"
    " every copy of the keys folder made before: with one of those an old backup can still be read."
)


class Command(BaseCommand):
    help = "Shows, renews, copies and destroys the keys that everything sealed depends on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("status", help="data keys by key-encryption key")
        again = what.add_parser("rotate", help="wrap all data keys with a new key-encryption key")
        again.add_argument("--destroy-old", action="store_true", help="destroy the old key files")
        what.add_parser("seal", help="seal documents that were stored before there were keys")
        for name, words in (
            ("export", "copy all keys into one sealed file"),
            ("import", "put keys back from such a file"),
        ):
            copy = what.add_parser(
                name, help=f"{words}; {PASSPHRASE} or a prompt gives the passphrase"
            )
            copy.add_argument("file", type=Path)
        shred = what.add_parser("shred", help="destroy a patient's contents everywhere, for good")
        shred.add_argument("patient", help="record number or id")
        shred.add_argument("--reason", required=True, help="stands in the audit")
        shred.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_: Any, what: str, **options: Any) -> None:
        roles.work_as("owner")
        try:
            getattr(self, f"do_{what}")(options)
        except (ClinicError, OSError) as error:
            raise CommandError(str(error)) from error

    def do_status(self, options: dict[str, Any]) -> None:
        self.say(f"{'key':10} {'data keys':>9}  file in {keys.folder()}")
        for one in rotation.status():
            there = "the newest" if one.is_newest else "there" if one.is_present else "MISSING"
            self.say(f"{one.kek_id:10} {one.data_keys:9}  {there}")
        self.say(f"{'destroyed':10} {rotation.shredded():9}")

    def do_rotate(self, options: dict[str, Any]) -> None:
        done = self.rotate(destroys_old=options["destroy_old"])
        self.say(f"{done} data keys are wrapped with {keys.present(keys.Purpose.ENVELOPE).id}.")
        self.say(
            AGAIN if options["destroy_old"] else "The old key files stay: older backups need them."
        )

    def do_seal(self, options: dict[str, Any]) -> None:
        database = mongo.database(settings.MONGODB_OWNER_URL)
        with counting("Sealing") as tell:
            done = resealing.seal_clear(database, tell)
        self.say(f"{done} documents that were in clear are sealed.")

    def do_export(self, options: dict[str, Any]) -> None:
        sealed = exporting.sealed(passphrase(twice=True))
        descriptor = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        self.say(KEEP.format(file=options["file"]))

    def do_import(self, options: dict[str, Any]) -> None:
        with transaction.atomic():
            files, rows = exporting.put_back(options["file"].read_bytes(), passphrase())
        self.say(f"{files} key files and {rows} data keys were put back.")

    def do_shred(self, options: dict[str, Any]) -> None:
        patient = wanted(options["patient"])
        if not options["yes"]:
            sure(patient)
        # What is in clear would outlive its key, and so would a copy that an old key opens.
        self.do_seal(options)
        rotation.prepare()
        with transaction.atomic(), acting(action="shred", reason=options["reason"]):
            rotation.shred(str(patient.pk))
            put_fact("shred", entity_type="patient", entity_id=patient.pk, patient_id=patient.pk)
        self.rotate(destroys_old=True)
        self.say(f"What was sealed of {patient.mrn} is destroyed, also in every backup. {AGAIN}")

    @staticmethod
    def rotate(*, destroys_old: bool) -> int:
        """With a bar where somebody watches."""
        with counting("Wrapping") as tell:
            return rotation.rotate(tell, destroys_old=destroys_old)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)


def wanted(typed: str) -> Patient:
    """By record number or id."""
    sought = {"mrn": int(typed)} if typed.isdecimal() else {"pk": typed}
    found = Patient.objects.filter(**sought).first()
    if found is None:
        raise CommandError(f"There is no patient {typed}.")
    return found


def sure(patient: Patient) -> None:
    """It cannot be taken back, so the record number is typed once more."""
    if input(f"Type {patient.mrn} to destroy what is sealed of {patient} for good: ") != str(
        patient.mrn
    ):
        raise CommandError("Nothing was destroyed.")


def passphrase(*, twice: bool = False) -> str:
    """From the environment, else asked for."""
    if given := os.environ.get(PASSPHRASE):
        return given
    if not sys.stdin.isatty():
        raise CommandError(f"Set {PASSPHRASE}, or run this where the passphrase can be typed.")
    typed = getpass.getpass("Passphrase: ")
    if twice and getpass.getpass("Once more: ") != typed:
        raise CommandError("These were two different passphrases.")
    return typed
