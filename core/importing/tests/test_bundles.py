"""Resources are found in JSON of every layout, and flaws do not hide what follows them."""

import io
import json
import tarfile
from typing import Any

import pytest

from core.importing.bundles import BundleReader, Flaw, Found
from core.importing.limits import LIMITS
from core.importing.tests.samples import SHARED, bundle, lines, needs_shared_data, patient

ONE, TWO, THREE = patient("1"), patient("2"), patient("3")


def read(content: bytes) -> list[Any]:
    """Ids of resources and the reasons of flaws, in order."""
    reader = BundleReader(io.BufferedReader(io.BytesIO(content)))  # type: ignore[arg-type]
    return [r.resource["id"] if isinstance(r, Found) else r.reason for r in reader]


@pytest.mark.parametrize(
    "content",
    [
        lines(ONE, TWO, THREE),
        lines(bundle(ONE, TWO), bundle(THREE)),
        lines(bundle(bundle(ONE, TWO), THREE)),
        json.dumps([ONE, TWO, THREE]).encode(),
        json.dumps([ONE, TWO, THREE], indent=2).encode(),
        json.dumps(bundle(ONE, TWO, THREE)).encode(),
        json.dumps(bundle(ONE, TWO, THREE), indent=2).encode(),
        json.dumps(
            {"entry": bundle(ONE, TWO, THREE)["entry"], "resourceType": "Bundle"}, indent=1
        ).encode(),
        b"\n".join(json.dumps(each, indent=4).encode() for each in (ONE, TWO, THREE)),
        b"\xef\xbb\xbf" + lines(ONE, TWO, THREE),
        b"\xef\xbb\xbf" + json.dumps(bundle(ONE, TWO, THREE), indent=2).encode(),
        lines(ONE, TWO, THREE).replace(b"\n", b"\r\n\r\n"),
        lines(ONE, TWO, THREE).rstrip(),
    ],
)
@pytest.mark.parametrize("kind", ["whole", "cut"])
def test_every_layout_gives_the_same_resources(content, kind, monkeypatch):
    if kind == "cut":
        monkeypatch.setattr("core.importing.bundles.LIMITS", type(LIMITS)(line_bytes=100))
        monkeypatch.setattr("core.importing.jsontext.CHUNK", 7)

    assert read(content) == ["1", "2", "3"]


@pytest.mark.parametrize("kind", ["document", "transaction", "searchset", "batch", "message"])
def test_bundles_of_every_kind_are_read(kind):
    assert read(lines(bundle(ONE, TWO, kind=kind))) == ["1", "2"]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_history_is_refused_and_the_next_bundle_read(indent):
    content = (
        json.dumps(bundle(ONE, TWO, kind="history"), indent=indent).encode() + b"\n" + lines(THREE)
    )

    assert read(content) == ["is a history; import the present state instead", "3"]


def test_a_broken_line_is_a_flaw_of_its_own():
    broken = read(lines(ONE) + b'{"resourceType": "Patient", "id": "x\n' + lines(TWO))

    assert (broken[0], broken[2]) == ("1", "2")
    assert broken[1].startswith("is not JSON")


def test_a_broken_line_too_long_to_be_taken_whole_is_one_too(monkeypatch):
    monkeypatch.setattr("core.importing.bundles.LIMITS", type(LIMITS)(line_bytes=200))
    long = b'{"resourceType": "Patient", "id": "x", "text": "' + b"y" * 500 + b'" oops}\n'
    broken = read(lines(ONE) + long + lines(TWO))

    assert (broken[0], broken[2]) == ("1", "2")
    assert broken[1].startswith("is not JSON at character")


def test_entries_before_the_break_in_a_long_document_are_kept():
    whole = json.dumps(bundle(ONE, TWO), indent=2).encode()

    found = read(whole[:-30])

    assert found[:1] == ["1"]
    assert found[-1].startswith("is not JSON at character")


def test_an_entry_without_a_resource_is_a_flaw():
    broken = bundle(ONE)
    broken["entry"] += [{"request": {"method": "DELETE"}}, "text", None]

    assert read(lines(broken)) == ["1", *["has no resource"] * 3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{\n"value": NaN}', "NaN is no JSON number"),
        (b'{\n"value": ' + b"[" * 100_000, "nested too deep"),
        (b'{\n"value": ' + b"9" * 5000 + b"}", "integer string conversion"),
        (json.dumps(ONE).encode("utf-16"), "is UTF-16"),
        (b'{\n"id": "\xff"}', "is not UTF-8"),
        (b'{"resourceType": "Patient", "value": 1e999}', "infinity"),
        (b'{"resourceType": "Patient", "name": "\\ud800"}', "surrogate"),
    ],
)
def test_what_is_no_proper_json_is_refused_with_the_reason(content, reason):
    [flaw] = read(content)

    assert reason in flaw


def test_a_value_larger_than_may_be_kept_is_refused(monkeypatch):
    monkeypatch.setattr("core.importing.jsontext.LIMITS", type(LIMITS)(resource_bytes=1000))
    monkeypatch.setattr("core.importing.jsontext.CHUNK", 100)
    many = {f"field{n}": "x" * 50 for n in range(100)}

    for content in ({"a": "x" * 5000}, {"a": many}, many):
        [flaw] = read(json.dumps({"resourceType": "Patient", **content}, indent=1).encode())
        assert "is larger than" in flaw


@needs_shared_data
def test_the_json_test_suite_is_judged_as_it_should_be():
    wrong = []
    with tarfile.open(SHARED / "badinput/JSONTestSuite_test_parsing.tar.xz") as archive:
        for entry in archive:
            if content := archive.extractfile(entry):
                name, text = entry.name.rpartition("/")[2], content.read()
                # Inside an object over several lines, so that a value has a definite end.
                results = read_any(b'{"a":\n' + text + b"\n}") if text.strip() else []
                is_flawed = any(isinstance(result, Flaw) for result in results)
                if (name[0] == "y" and is_flawed) or (
                    name[0] == "n" and text.strip() and not is_flawed
                ):
                    wrong.append(name)

    assert wrong == []


def read_any(content: bytes) -> list[Found | Flaw]:
    return list(BundleReader(io.BufferedReader(io.BytesIO(content))))  # type: ignore[arg-type]
