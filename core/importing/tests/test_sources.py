"""Files of every packing are found and opened; bombs, links and damage are not."""

import gzip
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.importing.archives import LINK
from core.importing.errors import ImportRefused
from core.importing.limits import Limits
from core.importing.sources import Sources
from core.importing.tests.samples import packed, tarred, write, zipped

TEXT = b'{"resourceType": "Patient"}\n'


def contents(*paths: Path, limits: Limits | None = None) -> dict[str, bytes | str]:
    """What each member holds, or why it cannot be read."""
    sources = Sources(paths, limits or Limits())
    return {m.name.rpartition("/")[2]: m.obstacle or m.stream.read() for m in sources}


@pytest.mark.parametrize("kind", ["xz", "gz", "bz2", "zst"])
def test_a_compressed_file_is_read_whatever_it_is_called(tmp_path, kind):
    path = write(tmp_path / "export.bin", packed(TEXT, kind))

    assert contents(path) == {"export.bin": TEXT}


@pytest.mark.parametrize("kind", ["", "xz", "gz", "bz2", "zst"])
def test_a_tar_of_any_compression_gives_its_files(tmp_path, kind):
    archive = tarred({"a/Patient.ndjson": TEXT, "a/b.ndjson.gz": gzip.compress(TEXT)})
    path = write(tmp_path / "export", packed(archive, kind) if kind else archive)

    assert contents(path) == {"Patient.ndjson": TEXT, "b.ndjson.gz": TEXT}


def test_a_zip_gives_its_files_even_inside_another_archive(tmp_path):
    inner = zipped({"one.json": TEXT, ".hidden": b"x", "__MACOSX/one.json": b"x"})
    path = write(tmp_path / "export.tar.gz", gzip.compress(tarred({"inner.zip": inner})))

    assert contents(path) == {"one.json": TEXT}


def test_joined_xz_streams_are_read_to_the_end(tmp_path):
    path = write(tmp_path / "joined.xz", packed(TEXT, "xz") + b"\0" * 4 + packed(TEXT, "xz"))

    assert contents(path) == {"joined.xz": TEXT + TEXT}


def test_a_folder_is_read_in_the_order_of_names_without_hidden_files(tmp_path):
    for name in ("b.json", "a/c.json", ".git/x.json", "a/.DS_Store"):
        write(tmp_path / name, TEXT)

    assert list(contents(tmp_path)) == ["c.json", "b.json"]


def test_what_is_not_json_is_named_with_the_reason(tmp_path):
    write(tmp_path / "a.xml", b"<?xml version='1.0'?><Bundle/>")
    write(tmp_path / "b.pdf", b"%PDF-1.4")

    assert contents(tmp_path) == {
        "a.xml": "is XML; export it as FHIR JSON",
        "b.pdf": "is neither JSON nor a known archive",
    }


@pytest.mark.parametrize("kind", ["xz", "gz", "bz2", "zst"])
def test_a_decompression_bomb_is_refused(tmp_path, kind):
    path = write(tmp_path / f"bomb.{kind}", packed(b"{" + b" " * 80_000_000, kind))

    with pytest.raises(ImportRefused, match="decompression bomb"):
        contents(path)


def test_a_zip_that_claims_too_much_is_refused_before_it_is_read(tmp_path):
    path = write(tmp_path / "bomb.zip", zipped({"a.json": b" " * 80_000_000}))

    with pytest.raises(ImportRefused, match="decompression bomb"):
        next(iter(Sources([path])))


def test_archives_in_archives_have_an_end(tmp_path):
    archive = {"d.zip": zipped({"c.zip": zipped({"b.zip": zipped({"a.json": TEXT})})})}
    path = write(tmp_path / "nested.zip", zipped(archive))

    with pytest.raises(ImportRefused, match="more than 2 deep"):
        contents(path)


def test_a_file_compressed_twice_is_refused(tmp_path):
    path = write(tmp_path / "twice.gz", gzip.compress(packed(TEXT, "xz")))

    with pytest.raises(ImportRefused, match="compressed twice"):
        contents(path)


def test_too_many_files_are_refused(tmp_path):
    path = write(tmp_path / "many.zip", zipped({f"{n}.json": TEXT for n in range(12)}))

    with pytest.raises(ImportRefused, match="more than 10 files"):
        contents(path, limits=Limits(entries=10))


@pytest.mark.parametrize("kind", ["xz", "gz", "bz2", "zst"])
def test_a_file_that_was_cut_short_is_refused(tmp_path, kind):
    noise = b"[" + b",".join(bytes(str(n * n), "ascii") for n in range(100_000))
    path = write(tmp_path / f"cut.{kind}", packed(noise, kind)[:-1000])

    with pytest.raises(ImportRefused, match="damaged or cut short"):
        contents(path)


@pytest.mark.parametrize("kind", ["gz", "bz2", "zst"])
def test_joined_streams_are_read_to_the_end(tmp_path, kind):
    path = write(tmp_path / "joined", packed(TEXT, kind) + packed(TEXT, kind))

    assert contents(path) == {"joined": TEXT + TEXT}


def test_links_and_devices_of_a_tar_are_named_and_never_followed(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("passwd.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    path = write(tmp_path / "links.tar", buffer.getvalue())

    assert contents(path) == {"passwd.json": LINK}


def test_names_that_climb_out_of_an_archive_stay_names(tmp_path):
    path = write(tmp_path / "slip.zip", zipped({"../../evil.json": TEXT}))

    assert contents(path) == {"evil.json": TEXT}
    assert [p.name for p in tmp_path.iterdir()] == ["slip.zip"]


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="does not exist"):
        Sources([tmp_path / "nowhere.json"])


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ImportRefused, match="holds no files"):
        Sources([tmp_path])


def test_a_folder_that_leads_back_into_itself_is_read_once_and_its_links_are_named(tmp_path):
    write(tmp_path / "a/one.json", TEXT)
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a/two.json").symlink_to(tmp_path / "a/one.json")

    assert contents(tmp_path) == {"loop": LINK, "one.json": TEXT, "two.json": LINK}


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder that everybody may enter; we are somebody who may open nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        yield Path(folder)
        os.seteuid(was)


def locked(path: Path, content: bytes | None = None) -> Path:
    """A file with this content, or a folder, that its owner alone may open; made by the owner."""
    was = os.geteuid()
    os.seteuid(os.getuid())
    path.mkdir() if content is None else path.write_bytes(content)
    path.chmod(0)
    os.seteuid(was)
    return path


def test_a_file_that_may_not_be_read_is_refused_by_name(nobody):
    path = locked(nobody / "export.json", TEXT)

    with pytest.raises(ImportRefused, match=r"export.json cannot be read: Permission denied\."):
        contents(path)


def test_a_folder_that_may_not_be_read_is_refused_and_not_taken_for_empty(nobody):
    path = locked(nobody / "export")

    for each in (path, nobody, path / "Patient.ndjson"):
        with pytest.raises(ImportRefused, match=r"cannot be read: Permission denied\."):
            contents(each)
