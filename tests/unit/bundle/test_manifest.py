from datetime import UTC, datetime

import msgspec
import pytest

from mainstay.bundle import manifest
from mainstay.bundle.baseline import Cell, Rates
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.manifest import Engine, Manifest
from mainstay.core import digest
from mainstay.core.errors import Broken, Conflict, Missing
from mainstay.core.expressions import Call, ColumnOf, Literal, Output
from mainstay.core.inputs import Input
from mainstay.core.nouns import Column, Dataset, Window
from mainstay.core.rules import FieldRule, RowRule

TEMP = ColumnOf("temp", "float64")
HOT = Call("less", (Literal(-0.0, "float64"), TEMP), "boolean")
BUILT = Manifest(
    model="flight-delay",
    task="binary",
    classes=(False, True),
    seed=7,
    request=(RequestColumn("id", "string", "key"), RequestColumn("temp", "float64")),
    rules=(
        FieldRule("temp", "number", nullable=True, on_breach="fallback", low=-30.0),
        RowRule("0 < temp", HOT, "flag"),
    ),
    outputs=(Output("temp", TEMP), Output("hot", HOT)),
    inputs=(Input("temp", "number"), Input("hot", "boolean")),
    baseline=Rates(("id",), (Cell(("a",), 0.25), Cell((None,), 1 / 3)), 0.5),
    threshold=0.5,
    baseline_threshold=None,
    engine=Engine("lightgbm", {"booster": "model.txt"}),
    python="3.11.7",
    platform="linux-x86_64",
    versions={"lightgbm": "4.5.0"},
    contract="c" * 64,
    datasets=(
        Dataset(
            "rows.parquet",
            "d" * 64,
            (Column("temp", "float64"),),
            rows=100,
            window=Window(datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC)),
        ),
    ),
    code={"features.py": "e" * 64},
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "engine").mkdir()
    (tmp_path / "model.txt").write_text("tree")
    (tmp_path / "engine" / "library.so").write_bytes(b"\x7fELF")
    return tmp_path


def test_a_manifest_is_read_as_it_was_written(folder):
    made = manifest.written(folder, BUILT)

    found = manifest.read(folder, made)

    assert msgspec.structs.replace(found, files={}) == BUILT
    assert repr(found.outputs) == repr(BUILT.outputs)  # -0.0 and 0.0 are equal
    assert found.columns == ("id", "temp")


def test_every_other_file_is_named_by_its_digest(folder):
    manifest.written(folder, BUILT)

    found = manifest.read(folder).files

    assert found == {
        "engine/library.so": digest.of_bytes(b"\x7fELF"),
        "model.txt": digest.of_bytes(b"tree"),
    }


def test_the_bundle_digest_is_that_of_the_folder_and_always_the_same(folder):
    first = manifest.written(folder, BUILT)
    again = manifest.written(folder, BUILT)

    assert first == again == digest.of_folder(folder)


def test_a_manifest_that_was_read_can_be_written_beside_other_files(folder):
    manifest.written(folder, BUILT)
    (folder / "model.txt").write_text("another tree")

    manifest.written(folder, msgspec.structs.replace(BUILT, seed=8))

    assert manifest.read(folder).files["model.txt"] == digest.of_bytes(b"another tree")


def test_a_folder_without_a_manifest_is_missing(tmp_path):
    with pytest.raises(Missing, match=r"holds no manifest.json"):
        manifest.read(tmp_path)


def test_a_format_of_another_time_is_a_conflict_and_says_what_to_do(folder):
    manifest.written(folder, msgspec.structs.replace(BUILT, format=2))

    with pytest.raises(Conflict, match="is of format 2, this Mainstay reads format 1") as caught:
        manifest.read(folder)

    assert "the Mainstay that built it" in caught.value.hint


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"task": "ranking"},
        {"threshold": "half"},
        {"baseline": {"type": "rates", "by": ["id"]}},
        {"engine": {"kind": "abacus", "files": {}}},
    ],
)
def test_anything_the_manifest_does_not_know_is_broken(change, folder):
    manifest.written(folder, BUILT)
    stated = msgspec.json.decode((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_bytes(msgspec.json.encode({**stated, **change}))

    with pytest.raises(Broken, match="is no manifest"):
        manifest.read(folder)


@pytest.mark.parametrize("content", [b"", b"null", b"\xff", b'{"format":1}', b"[" * 100_000])
def test_a_file_that_is_no_manifest_is_broken(content, folder):
    (folder / "manifest.json").write_bytes(content)

    with pytest.raises(Broken, match="is no manifest"):
        manifest.read(folder)


def test_an_operation_nobody_holds_is_broken(folder):
    manifest.written(folder, BUILT)
    content = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(content.replace(b'"less"', b'"lesser"'))

    with pytest.raises(Broken, match="lesser with 2 arguments is no operation"):
        manifest.read(folder)
