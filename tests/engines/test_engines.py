"""Engines by URL: they work in UTC, take nothing for granted, and tell no password."""

import time
import traceback
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
import pytest
from servers import free_port
from side_by_side import Engine

from mainstay.core.errors import Mistake, Unavailable
from mainstay.data import engines, snapshot

WRONG = "an0ther-secret"


def everything_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + str(getattr(error, "hint", ""))


def test_a_wrong_password_is_unavailable_and_not_told(address: str) -> None:
    pytest.importorskip("psycopg")
    secret = str(urlsplit(address).password)

    with pytest.raises(Unavailable, match="password authentication failed") as said:
        engines.connect(address.replace(secret, WRONG))

    assert WRONG not in everything_said(said.value)
    assert "mainstay@127.0.0.1" in str(said.value)


def test_a_server_that_is_not_there_is_unavailable(address: str) -> None:
    pytest.importorskip("psycopg")
    there = urlsplit(address)
    secret = str(there.password)

    with pytest.raises(Unavailable, match="does not answer") as said:
        engines.connect(address.replace(f":{there.port}/", ":1/"))

    assert secret not in str(said.value)
    assert unquote(secret) not in str(said.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sc://127.0.0.1:{}/;token=t0ken", "Connection refused"),
        ("spark://127.0.0.1:{}", "Connection refused"),
        ("spark://127.0.0.1:{0},localhost:{0}", "Connection refused"),
        ("spark://127.0.0.1:none", "Port could not be cast"),
    ],
)
def test_a_spark_that_is_not_there_is_told_within_seconds(url: str, why: str) -> None:
    pytest.importorskip("pyspark")
    began = time.monotonic()

    with pytest.raises(Unavailable, match=f"does not answer: {why}") as said:
        engines.connect(url.format(free_port()))

    assert time.monotonic() - began < 5
    assert "t0ken" not in everything_said(said.value)


@pytest.mark.parametrize("secret", ["s3cret@x:y", "s3cret:", "s3cret%zz"])
def test_a_url_that_cannot_be_read_does_not_show_its_password(
    postgres: Engine, secret: str
) -> None:
    with pytest.raises((Mistake, Unavailable)) as said:
        engines.connect(f"postgres://me:{secret}@127.0.0.1:none/base")

    assert secret not in f"{said.value}{said.value.hint}"
    assert said.value.__cause__ is None
    assert quote("s3cret") not in f"{said.value}"


def test_whole_numbers_beside_a_null_come_exactly(theirs: Engine) -> None:
    values = [2**53 + 1, None, 2**63 - 1, -(2**63)]

    found = theirs.stored(pa.table({"whole": pa.array(values, pa.int64())})).to_pyarrow()

    assert sorted(map(str, found["whole"].to_pylist())) == sorted(map(str, values))
    assert found.schema.field("whole").type == pa.int64()


def test_columns_whose_names_differ_by_case_are_two(theirs: Engine) -> None:
    table = theirs.stored(pa.table({"temp": [1], "Temp": [2]}))

    assert table.select("temp", "Temp").to_pyarrow().to_pylist() == [{"temp": 1, "Temp": 2}]


def test_a_value_that_cannot_be_computed_is_a_mistake(theirs: Engine, tmp_path: Path) -> None:
    table = theirs.stored(pa.table({"key": [1], "whole": pa.array([2**63 - 1], pa.int64())}))

    with pytest.raises(Mistake, match="a value cannot be computed"):
        snapshot.written(table.mutate(more=table.whole + table.key), tmp_path, "key")

    assert not list(tmp_path.iterdir())
