"""Tables of Apache Iceberg at one snapshot, by their catalogue: partitions and files that a filter

cannot need are not opened.
"""

import sqlite3
from contextlib import closing
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mainstay.core import digest, nearest
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data.silos.access import Access, access
from mainstay.data.silos.bounds import Bound
from mainstay.data.silos.found import Place, Rows, said
from mainstay.data.silos.lazy import Batches, Lazy

_BEGIN = "iceberg+"
_SQLITE = "sqlite:///"
_NAMED = "SELECT catalog_name, table_namespace || '.' || table_name FROM iceberg_tables"


def found(address: str, place: Place) -> Rows:
    """`iceberg+sqlite:///FILE#NAMESPACE.TABLE`, or `iceberg+https://CATALOG#NAMESPACE.TABLE` of a

    REST catalogue. Raises Mistake for no such table, Unavailable, MissingExtra.
    """
    catalogue, _, name = address.removeprefix(_BEGIN).partition("#")
    table = _table(address, catalogue, name, place.base)
    snapshot = table.current_snapshot()
    state = [str(table.metadata.table_uuid), snapshot.snapshot_id if snapshot else None]
    schema = table.scan().to_arrow_batch_reader().schema

    def fetch(columns: tuple[str, ...], bounds: tuple[Bound, ...]) -> Batches:
        from pyiceberg.expressions import AlwaysTrue, And  # noqa: PLC0415 - an optional reader

        joined: Any = And
        kept = reduce(joined, map(_expression, bounds), AlwaysTrue())
        known = {"snapshot_id": snapshot.snapshot_id} if snapshot else {}
        scan = table.scan(row_filter=kept, selected_fields=columns, **known)
        yield from scan.to_arrow_batch_reader()

    return Rows(Lazy(schema, fetch), lambda: digest.of_value(state))


def _table(address: str, catalogue: str, name: str, base: Path) -> Any:
    try:
        from pyiceberg.catalog import load_catalog  # noqa: PLC0415 - an optional reader
        from pyiceberg.exceptions import NoSuchTableError, RESTError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("iceberg") from error
    stated = access(catalogue)
    try:
        stated_so = _properties(catalogue, stated, base)
        opened = load_catalog(_called(stated_so, name), **stated_so)
        known = [
            ".".join(one) for space in opened.list_namespaces() for one in opened.list_tables(space)
        ]
        if name not in known:
            raise Mistake(f"{address}: there is no table {name}", nearest.hint(name, known))
        return opened.load_table(name)
    except (RESTError, OSError, NoSuchTableError) as error:
        raise Unavailable(f"{address} does not answer: {said(error, stated)}") from None


def _properties(catalogue: str, stated: Access, base: Path) -> dict[str, str]:
    """As the library names them; of a store that holds the files see `_store`."""
    if catalogue.startswith(_SQLITE):
        file = base / Path(catalogue.removeprefix(_SQLITE)).expanduser()
        if not file.is_file():
            raise Mistake(f"there is no catalogue {file}", f"looked for {file}")
        return {"type": "sql", "uri": f"{_SQLITE}{file}", "init_catalog_tables": "false"}
    token = {"token": stated.bearer} if stated.bearer else {}
    login = {"credential": f"{stated.user}:{stated.hidden}"} if stated.secret else {}
    return {"type": "rest", "uri": catalogue, **token, **login}


def _called(properties: dict[str, str], table: str) -> str:
    """Under which name a catalogue in a database was made: it tells only its own tables."""
    if properties["type"] != "sql":
        return "mainstay"
    file = properties["uri"].removeprefix(_SQLITE)
    try:
        with closing(sqlite3.connect(f"file:{quote(file)}?mode=ro", uri=True)) as base:
            named = base.execute(_NAMED).fetchall()
    except sqlite3.DatabaseError as error:
        raise Mistake(f"{file} is no catalogue of Iceberg: {error}") from error
    return min(named, key=lambda one: one[1] != table, default=("mainstay", ""))[0]


def _expression(bound: Bound) -> Any:
    from pyiceberg import expressions as of  # noqa: PLC0415 - an optional reader

    kinds = {
        "==": of.EqualTo, "<=": of.LessThanOrEqual, ">=": of.GreaterThanOrEqual,
        "<": of.LessThan, ">": of.GreaterThan,
    }  # fmt: skip
    value = bound.value if isinstance(bound.value, int | float) else bound.value.isoformat()
    return kinds[bound.how](bound.column, value)
