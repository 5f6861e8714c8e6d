"""The rows of a batch where they already are: decisions in Spark, their context brought there."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from mainstay.core.errors import Mistake
from mainstay.data import engines, schema
from mainstay.data.promises import BY_STRETCH
from mainstay.data.rows import Sources
from mainstay.data.source import STRETCH, Source


def url(address: str) -> str:
    """The Spark that a table at an address is in, "" for any other place."""
    where, mark, _ = address.partition("#")
    return where if mark and where.partition("://")[0] == "spark" else ""


def brought(sources: Sources) -> Sources:
    """The same sources in the Spark of the decisions, where they are in one.

    A context that is elsewhere is read here and sent there: it must fit into memory. Raises Mistake
    for a table of Spark whose types are not those that are read here.
    """
    where = url(sources.decisions.address)
    if not where:
        return sources
    spark = engines.connect(where)
    known = {one: _brought(spark, where, one) for one in dict.fromkeys(_each(sources))}
    contexts = {name: known[one] for name, one in sources.contexts.items()}
    moved = Sources(known[sources.decisions], contexts)
    stretched = {name: _stretched(moved, name, one) for name, one in sources.stretched.items()}
    return moved._replace(stretched=stretched)


@contextmanager
def held(table: ir.Table, *, joined: bool) -> Iterator[ir.Table]:
    """Rows that are asked partition by partition; what was joined is joined once."""
    with table.cache() if joined else nullcontext(table) as kept:
        yield kept


def _each(sources: Sources) -> Iterator[Source]:
    yield sources.decisions
    yield from sources.contexts.values()


def _brought(spark: BaseBackend, where: str, one: Source) -> Source:
    if url(one.address) != where:
        return one._replace(table=_sent(spark, one.table))
    database, _, name = one.address.partition("#")[2].rpartition(".")
    table = schema.widened(spark.table(name, database=database or None))
    for apart in schema.differences(one.columns, schema.columns(table)):
        raise Mistake(
            f"{one.address}: {apart.name} is {apart.now or 'missing'} in Spark",
            f"Mainstay takes it for {apart.before}: cast it there, in a view",
        )
    return one._replace(table=table)


def _sent(spark: BaseBackend, table: ir.Table) -> ir.Table:
    """Rows from here as a table there, in its own types."""
    name = ibis.util.gen_name("mainstay")
    session = spark._session  # noqa: SLF001 - Ibis sends rows in memory in types of its own
    session.createDataFrame(table.to_pyarrow()).createOrReplaceTempView(name)
    return schema.widened(spark.table(name))


def _stretched(moved: Sources, name: str, table: ir.Table) -> ir.Table:
    """A table of Spark is a single stretch; others are judged where they were read."""
    one = moved.tables[name.removesuffix(BY_STRETCH)]
    single = schema.engine(one) == schema.SPARK
    return one.mutate(**{STRETCH: ibis.literal(name)}) if single else table
