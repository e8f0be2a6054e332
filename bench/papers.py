"""Every paper of the clinic as a PDF and as pictures, to be looked at.

    python -m bench.papers --to FOLDER [--only receipt] [--dpi 110]

Papers are those of clinic/tests/papers.py, each for somebody with an Arabic, a Chinese and a very
long name, and with words of the same kind. `contact.png` shows them all.
"""

import argparse
import json
import subprocess
from pathlib import Path

from bench.scratch import scratch  # isort: skip  (sets Django up)

from django.test import Client
from PIL import Image

from clinic.tests.papers import print_all, staff, write_everything
from core.accounts.models import User
from core.accounts.roles import Role

THUMBNAIL = (360, 420)
COLUMNS = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="the folder they are written to")
    parser.add_argument("--only", default="", help="papers whose name begins so")
    parser.add_argument("--dpi", type=int, default=110)
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    with scratch("papers"):
        printed = print_all(write_everything(staff()), ask)
    pictures = []
    for name, paper in printed.items():
        if name.startswith(given.only):
            drawn = draw(name, paper, given.to, given.dpi)
            pictures += drawn
            print(json.dumps({"paper": name, "kB": len(paper) // 1024, "pages": len(drawn)}))
    contact_sheet(pictures, given.to / "contact.png")


def ask(role: Role, address: str) -> object:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username=f"prints-{role}"))
    return client.get(address)


def draw(name: str, paper: bytes, folder: Path, dpi: int) -> list[Path]:
    """The PDF and a picture of each page."""
    file = folder / f"{name}.pdf"
    file.write_bytes(paper)
    for old in folder.glob(f"{name}-[0-9]*.png"):
        old.unlink()
    drawing = ["pdftoppm", "-png", "-r", str(dpi), str(file), str(folder / name)]
    subprocess.run(drawing, check=True)
    return sorted(folder.glob(f"{name}-[0-9]*.png"))


def contact_sheet(pictures: list[Path], path: Path) -> None:
    """All of them in miniature."""
    width, height = THUMBNAIL
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width, rows * height), "lightgrey")
    for number, picture in enumerate(pictures):
        one = Image.open(picture).convert("RGB")
        one.thumbnail((width - 8, height - 8))
        sheet.paste(one, (number % COLUMNS * width + 4, number // COLUMNS * height + 4))
    sheet.save(path)


if __name__ == "__main__":
    main()
