"""The same answers where rows already are in Spark: the same bundle, batch by batch of Arrow.

Spark computes what is asked of each row, by the expressions that every engine shares; its Python
processes judge, score and word it as here. Each opens the bundle once, by its digest.
"""

import functools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ibis.expr.types as ir
import pyarrow as pa

from mainstay.bundle import environment, golden, runtime
from mainstay.bundle.layout import GOLDEN, ULP
from mainstay.bundle.manifest import Manifest
from mainstay.core.errors import Mistake
from mainstay.core.typed import DATE, FLAG, INTEGER, NUMBER, TEXT, TIME
from mainstay.data import schema
from mainstay.data.stream import Batch
from mainstay.life.score import answers as answering
from mainstay.life.score import quarantine
from mainstay.life.score.answers import Standing
from mainstay.life.score.asked import Asks, asks
from mainstay.seal.certificate import Certificate

_SPARK = {
    INTEGER: "bigint", NUMBER: "double", TEXT: "string", FLAG: "boolean", DATE: "date",
    TIME: "timestamp",
}  # fmt: skip
_DECIDED = {"binary": "boolean", "regression": "double", "multiclass": "string"}


class Version(NamedTuple):
    """What answers: a bundle's folder on this machine, its digest, and how answers name it.

    certificate: None where none holds; short: its short id. environments: where a model that no
    native engine answers has its Python on every machine.
    """

    folder: Path
    bundle: str
    name: str
    certificate: Certificate | None
    short: str
    environments: Path = Path("environments")


def answered(table: ir.Table, version: Version, stated: Manifest) -> Any:
    """A Spark DataFrame: the answers of score.table, and quarantine.REASONS of rejected rows,

    whose other columns but the key are null. table: on Spark, with every column of a request.
    Raises Mistake for a table elsewhere; what a process of Spark meets, Spark raises.
    """
    if schema.engine(table) != schema.SPARK:
        raise Mistake("these rows are not in Spark", "score them here: mainstay score")
    levels = tuple(_levels(version, stated) or ())
    asked = asks(table, stated, levels)
    backend = table.get_backend()
    session = backend._session  # noqa: SLF001 - Ibis has no other name for it
    rows = asked.asked.rows()
    backend._run_pre_execute_hooks(rows)  # noqa: SLF001 - as its own to_pyarrow does
    frame = session.sql(backend.compile(rows))
    archive = _sent(session, version)
    key = next(one for one in stated.request if one.role == "key")
    act = _Act(asked._replace(asked=None), version, archive, key.name)  # type: ignore[arg-type]  # not sent
    return frame.mapInArrow(act.batches, _columns(stated, key.name, key.type))


class _Act(NamedTuple):
    """What a process of Spark does with its batches."""

    asks: Asks
    version: Version
    archive: str
    key: str

    def batches(self, found: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Answers to each."""
        version = self.version
        opened = _opened(self.archive, version.bundle, version.name, version.environments)
        standing = Standing(opened, version.certificate, version.short)
        for batch in found:
            if batch.num_rows:
                yield from self._of(Batch(batch), standing).combine_chunks().to_batches()

    def _of(self, batch: Batch, standing: Standing) -> pa.Table:
        said = answering.answers(batch, self.asks, standing)
        keys = batch.column(self.asks.came[self.key])
        made = _plain(answering.table(said, standing, keys, self.key))
        rejected = said.rejected
        if not rejected.any():
            return made.append_column(quarantine.REASONS, pa.nulls(len(made), pa.string()))
        aside = quarantine.table(batch, self.asks, standing.runtime.guard, rejected)
        aside = aside.select([self.key, quarantine.REASONS])
        return pa.concat_tables([made, aside], promote_options="default").select(
            [*made.column_names, quarantine.REASONS]
        )


@functools.lru_cache(1)
def _opened(archive: str, bundle: str, name: str, environments: Path) -> runtime.Runtime:
    """Once in each process."""
    from pyspark import SparkFiles  # noqa: PLC0415 - an optional engine

    folder = Path(SparkFiles.get(archive))
    made = runtime.opened(
        folder, environments, expected=bundle, version=name, find=environment.existing
    )
    golden.refuse(folder / GOLDEN, made.inputs, made.scores, ULP, name)
    return made


def _sent(session: Any, version: Version) -> str:
    """The name under which every machine finds the bundle."""
    name = version.bundle[:16]
    folder = Path(tempfile.mkdtemp(prefix="mainstay-spark-"))
    packed = shutil.make_archive(str(folder / name), "zip", version.folder)
    session.sparkContext.addArchive(f"{packed}#{name}")
    return name


def _levels(version: Version, stated: Manifest) -> dict[str, frozenset[str]] | None:
    return answering.levels(version.certificate, stated)


def _columns(stated: Manifest, key: str, kind: str) -> str:
    decided = _DECIDED[stated.task]
    return (
        f"`{key}` {_SPARK[kind]}, score double, decision {decided}, decided_by string, "
        f"version string, certificate string, flags string, covered boolean, "
        f"{quarantine.REASONS} string"
    )


def _plain(table: pa.Table) -> pa.Table:
    """Text without codes: Spark has none."""
    kinds = ((one.name, one.type) for one in table.schema)
    return table.cast(
        pa.schema([
            (name, kind.value_type if pa.types.is_dictionary(kind) else kind)
            for name, kind in kinds
        ])
    )  # fmt: skip
