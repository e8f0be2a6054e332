"""How many photos a second are taken in, and how long a record with many documents takes.

    python -m bench.documents [--photos 20] [--at-once 2] [--documents 200]

A photo is of 12 million pixels and about 3 MB. `taken in` is the whole way: known by its bytes,
decoded, turned, stripped and encoded in the cage, sealed, forced to disk, its rows committed. The
floor beside it is Pillow decoding and encoding the same photo in this process, and nothing else.
"""

import argparse
import io
import logging
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from bench.scratch import scratch  # isort: skip  (sets Django up)
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from clinical_docs.domain import files
from clinical_docs.models import Document, DocumentVersion
from core.accounts.models import User
from core.accounts.roles import Role
from core.files import quarantine
from patients.models import Patient

LOOKS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--documents", type=int, default=200)
    given = parser.parse_args()
    with scratch("documents"), tempfile.TemporaryDirectory() as folder:
        settings.FILES_FOLDER = Path(folder) / "documents"
        settings.QUARANTINE_FOLDER = Path(folder) / "quarantine"
        settings.ALLOWED_HOSTS = ["testserver"]
        logging.getLogger("django_structlog").setLevel(logging.WARNING)
        nurse, patient = people()
        taking_in(patient, nurse, given.photos, given.at_once)
        looking(nurse, given.documents)


def people() -> tuple[User, Patient]:
    nurse = User(username="bench", roles=[Role.NURSE])
    nurse.set_unusable_password()
    nurse.save()
    return nurse, Patient.objects.create(family_name="Okoro", given_names="Grace", sex="female")


def photo(size: tuple[int, int] = (4000, 3000)) -> bytes:
    """As many details as a camera sees, so that it compresses like a photo."""
    noise = Image.effect_noise((size[0] // 4, size[1] // 4), 34).resize(
        size, Image.Resampling.BICUBIC
    )
    slope = Image.linear_gradient("L").resize(size)
    out = io.BytesIO()
    Image.merge("RGB", (noise, slope, noise)).save(out, "JPEG", quality=93)
    return out.getvalue()


def taking_in(patient: Patient, nurse: User, count: int, at_once: int) -> None:
    content = photo()
    floor = seconds_of(lambda: recode(content), 3)

    def one(n: int) -> float:
        began = time.perf_counter()
        said = files.Details("photo", f"Photo {n}")
        files.add(
            patient.pk, quarantine.of_bytes(content, "a.jpg"), said, by=nurse, confirmed=["same"]
        )
        connection.close()
        return time.perf_counter() - began

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        times = list(pool.map(one, range(count)))
    took = time.perf_counter() - began
    print(f"photos of {len(content) / 1e6:.1f} MB, {at_once} at once: {count / took:.1f} a second")
    print(f"one takes {median(times):.2f} s (median); Pillow alone {floor:.2f} s, in one thread")


def recode(content: bytes) -> None:
    with Image.open(io.BytesIO(content)) as image:
        image.save(io.BytesIO(), "JPEG", quality=90)


def seconds_of(work, times: int) -> float:  # type: ignore[no-untyped-def]
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return median(took)


def looking(nurse: User, count: int) -> None:
    client = Client()
    client.force_login(nurse)
    for many in (1, count):
        patient = Patient.objects.create(family_name="Okoro", given_names=f"G{many}", sex="female")
        rows(patient, nurse, many)
        address = reverse("clinical_docs:documents", args=[patient.pk])
        page = client.get(address)
        milliseconds = 1000 * seconds_of(lambda at=address: client.get(at), LOOKS)
        size = len(page.content) // 1024
        print(f"page of {many} documents: {milliseconds:.0f} ms, {size} kB")


def rows(patient: Patient, nurse: User, count: int) -> None:
    """Rows alone: the list asks for no bytes."""
    for n in range(count):
        document = Document.objects.create(patient=patient, category="photo", title=f"Photo {n}")
        DocumentVersion.objects.create(
            document=document, patient=patient, number=1, filename="a.jpg", mime="image/jpeg",
            size=1, sha256="0", sent_sha256="0", pages=1, width=1, height=1, scan="clean",
            storage_key=f"{document.pk}", thumbnail_key="x", uploaded_by=nurse,
            uploaded_at=timezone.now(),
        )  # fmt: skip


if __name__ == "__main__":
    main()
