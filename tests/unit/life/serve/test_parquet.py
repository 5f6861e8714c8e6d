"""Parquet as a request."""

import asyncio
import io

import pyarrow as pa
import pytest
from msgspec import json
from pyarrow import parquet as pq

from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.life.serve import parquet
from mainstay.life.serve.parquet import Reader

pytestmark = pytest.mark.slow


def written(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def read(content: bytes) -> bytes:
    async def asked() -> bytes:
        return await Reader().records(content)

    return asyncio.run(asked())


def test_a_file_is_read_by_another_process() -> None:
    made = read(written(pa.table({"a": [1, None], "b": [float("inf"), float("nan")]})))

    assert made == b'{"records": [{"a": 1, "b": 1e999}, {"a": null, "b": null}]}'


def test_what_is_no_parquet_is_the_callers_mistake() -> None:
    with pytest.raises(Mistake, match="no Parquet that can be read: "):
        read(b"PAR1 not PAR1")


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "PATIENCE", 0.01)

    with pytest.raises(Unavailable, match="takes too long"):
        read(written(pa.table({"a": [1]})))


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)

    with pytest.raises(MissingExtra) as refused:
        read(b"")
    assert refused.value.hint == "pip install 'mainstay[parquet]'"


def test_the_process_that_is_named_exists() -> None:
    from mainstay.data import parquet_process

    assert parquet_process.__name__ == parquet.PROCESS
    assert json.decode(read(written(pa.table({"a": pa.array([], pa.int64())})))) == {"records": []}
