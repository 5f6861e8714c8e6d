"""A file that grows is the same bytes however its rows arrive."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from mainstay.life.score import files
from mainstay.life.score.answers import coded
from mainstay.life.score.files import Growing


def table(first: int, count: int) -> pa.Table:
    places = np.arange(first, first + count)
    names = [f"n{at}" for at in sorted({int(at) // 40 for at in places})]
    flags = coded(places // 40 - first // 40, names)
    return pa.table({"id": places, "score": places / 7, "flags": flags})


@pytest.mark.parametrize("step", [1, 7, 50, 200])
def test_bytes_do_not_hang_on_how_rows_arrive(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ROWS", 64)
    for name, by in (("one", 200), ("other", step)):
        growing = Growing(tmp_path / name)
        for at in range(0, 200, by):
            growing.add(table(at, min(by, 200 - at)))
        growing.close()

    assert parquet.read_table(tmp_path / "one").num_rows == 200
    assert parquet.read_metadata(tmp_path / "one").num_row_groups == 4
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_texts_are_texts_whoever_coded_them(tmp_path: Path) -> None:
    said = ["b", None, "a", "b", "a", None]
    for name, levels in (("one", ["a", "b", "a"]), ("other", ["z", "b", "a", "unused", "b", "a"])):
        codes = np.array([levels.index(one) if one else -1 for one in said])
        codes[4] = len(levels) - 1  # an "a", which may be there twice
        growing = Growing(tmp_path / name)
        growing.add(pa.table({"id": range(6), "flags": coded(codes, levels)}))
        growing.close()

    growing = Growing(tmp_path / "plain")
    growing.add(pa.table({"id": range(6), "flags": pa.array(said)}))
    growing.close()

    assert (tmp_path / "one").read_bytes() == (tmp_path / "plain").read_bytes()
    assert (tmp_path / "other").read_bytes() == (tmp_path / "plain").read_bytes()
    read = parquet.read_table(tmp_path / "one")
    assert read.schema.field("flags").type == pa.string()
    assert read["flags"].to_pylist() == said


@pytest.mark.parametrize("count", [3, 400])
def test_few_texts_and_many_are_the_same_bytes_coded_or_not(tmp_path: Path, count: int) -> None:
    codes = np.arange(500) * 7 % count
    texts = [f"n{one}" for one in range(count)]
    plain = pa.array([texts[one] for one in codes])
    for name, column in (("one", coded(codes, texts)), ("other", plain)):
        growing = Growing(tmp_path / name)
        growing.add(pa.table({"id": range(500), "said": column}))
        growing.close()

    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert parquet.read_table(tmp_path / "one")["said"].to_pylist() == plain.to_pylist()


def test_numbers_and_moments_come_back_as_they_were(tmp_path: Path) -> None:
    made = pa.table({
        "id": pa.array([3, None, -(2**62)]),
        "at": pa.array([1, None, 2**52], pa.timestamp("us", "UTC")),
        "day": pa.array([1, None, 20_000], pa.date32()),
        "score": pa.array([0.1, None, float("nan")]),
        "flag": pa.array([True, None, False]),
        "said": pa.array(["x", None, ""]),
    })  # fmt: skip
    growing = Growing(tmp_path / "one")
    growing.add(made)
    growing.close()

    read = parquet.read_table(tmp_path / "one")
    assert read.schema == made.schema
    assert str(read.to_pylist()) == str(made.to_pylist())


def test_numbers_are_compressed_where_that_makes_them_smaller(tmp_path: Path) -> None:
    random = np.random.default_rng(0).normal(size=20_000)
    columns = {"id": np.arange(20_000), "any": random, "cents": random.round(2)}
    null = pa.array(random, mask=np.ones(20_000, bool))
    growing = Growing(tmp_path / "one")
    growing.add(pa.table({**columns, "null": null}))
    growing.close()

    group = parquet.read_metadata(tmp_path / "one").row_group(0)
    codecs = {group.column(at).path_in_schema: group.column(at).compression for at in range(4)}
    assert codecs == {"id": "ZSTD", "any": "UNCOMPRESSED", "cents": "ZSTD", "null": "ZSTD"}
    read = parquet.read_table(tmp_path / "one")
    assert read["any"].to_numpy().tobytes() == random.tobytes()
    assert read["null"].null_count == 20_000


def test_without_a_row_there_is_no_file(tmp_path: Path) -> None:
    growing = Growing(tmp_path / "none")
    growing.add(table(0, 0))
    growing.close()

    assert not (tmp_path / "none").exists()
