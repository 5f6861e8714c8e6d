"""Rows that are brought to an engine elsewhere: once, as a table that nobody else sees."""

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from mainstay.core.errors import Mistake
from mainstay.data import schema
from mainstay.data.engine import errors, streamed
from mainstay.data.silos import postgres
from mainstay.data.snapshot import ARROW

_BATCH = 50_000  # rows in memory at a time


def brought(engine: BaseBackend, table: ir.Table, address: str) -> ir.Table:
    """The rows of a table of this machine, in neutral types, as a temporary one of the engine.

    Columns of a type that engines do not share stay behind. Raises Mistake for what the engine
    cannot hold.
    """
    shared = [one.name for one in schema.columns(table) if one.type in ARROW]
    make = _to_postgres if engine.name == schema.POSTGRES else _to_spark
    try:
        return make(engine, table.select(shared), ibis.util.gen_name("brought"))
    except errors() as error:
        what = f"{address} cannot be brought to {engine.name}: {str(error).splitlines()[0]}"
        raise Mistake(what, "read it with data.engine: duckdb, or leave the column out") from error


def _to_postgres(engine: BaseBackend, rows: ir.Table, name: str) -> ir.Table:
    made = engine.create_table(name, schema=rows.schema(), temp=True)
    with (
        engine.con.cursor() as cursor,
        cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)') as copy,  # a name of ours
    ):
        for batch in streamed(rows, _BATCH):
            copy.write(postgres.lines(batch))
    engine.con.execute(f'ANALYZE "{name}"')
    return made


def _to_spark(engine: BaseBackend, rows: ir.Table, name: str) -> ir.Table:
    """Through the memory of this process: Spark may run where no file of ours is."""
    found = rows.to_pyarrow()
    engine._session.createDataFrame(found).createOrReplaceTempView(name)  # noqa: SLF001 - Ibis has no other way
    return schema.widened(engine.table(name))  # Ibis does not know that its moments have a zone
