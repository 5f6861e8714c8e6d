"""Tables that Spark knows: it is asked for the columns and rows of each question."""

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend
from ibis.common.exceptions import IbisError, TableNotFound

from mainstay.core import digest, nearest
from mainstay.core.errors import Mistake
from mainstay.data import engines
from mainstay.data.silos.bounds import Bound
from mainstay.data.silos.found import Place, Resident, Rows
from mainstay.data.silos.lazy import HOW, Batches, Lazy, placed

_STATE = "SELECT count(*), sum(CAST(xxhash64(*) AS DECIMAL(38, 0))) FROM {}"


def found(address: str, place: Place) -> Rows:
    """`spark#TABLE` or `spark://HOST:PORT#DATABASE.TABLE`. Raises Mistake, Unavailable,

    MissingExtra.
    """
    url, _, name = address.partition("#")
    spark = engines.connect(url)
    table = _table(spark, name, address)
    schema = table.schema().to_pyarrow()

    def fetch(columns: tuple[str, ...], bounds: tuple[Bound, ...]) -> Batches:
        kept = [HOW[one.how](table[one.column], _literal(one)) for one in bounds]
        rows = reduce(lambda some, one: some.filter(one), kept, table).select(*columns)
        yield from rows.to_pyarrow_batches()

    return Rows(Lazy(placed(schema, place.times), fetch), lambda: _state(spark, name))


def stands(url: str, address: str) -> bool:
    """Whether the table of an address is known to the Spark of a URL."""
    return url.rstrip("/") == address.partition("#")[0].rstrip("/")


def resident(engine: BaseBackend, address: str) -> Resident:
    """The table of an address that the engine itself knows. Raises Mistake."""
    name = address.partition("#")[2]
    return Resident(_table(engine, name, address), lambda: _state(engine, name))


def _table(spark: BaseBackend, name: str, address: str) -> ir.Table:
    database, _, table = name.rpartition(".")
    try:
        return spark.table(table, database=database or None)
    except (IbisError, TableNotFound) as error:
        known = spark.list_tables(database=database or None)
        raise Mistake(f"{address}: there is no table {name}", nearest.hint(table, known)) from error


def _literal(bound: Bound) -> ir.Scalar:
    return ibis.literal(bound.value)


def _state(spark: Any, name: str) -> str:
    """A digest of all rows that Spark itself computes."""
    quoted = ".".join(f"`{part}`" for part in name.split("."))
    (row,) = spark.raw_sql(_STATE.format(quoted)).collect()
    return digest.of_value([str(one) for one in row])
