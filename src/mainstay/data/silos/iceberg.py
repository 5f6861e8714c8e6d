"""Tables of Apache Iceberg at one snapshot, by their catalogue: partitions and files that a filter

cannot need are not opened.
"""

from functools import reduce
from pathlib import Path
from typing import Any

from mainstay.core import digest, nearest
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data.silos.access import Access, access
from mainstay.data.silos.bounds import Bound
from mainstay.data.silos.found import Place, Rows, said
from mainstay.data.silos.lazy import Batches, Lazy

_BEGIN = "iceberg+"
_SQLITE = "sqlite:///"


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

        kept: Any = reduce(And, map(_expression, bounds), AlwaysTrue())
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
        opened = load_catalog("mainstay", **_properties(catalogue, stated, base))
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


def _expression(bound: Bound) -> Any:
    from pyiceberg import expressions as of  # noqa: PLC0415 - an optional reader

    kinds = {
        "==": of.EqualTo, "<=": of.LessThanOrEqual, ">=": of.GreaterThanOrEqual,
        "<": of.LessThan, ">": of.GreaterThan,
    }  # fmt: skip
    value = bound.value if isinstance(bound.value, int | float) else bound.value.isoformat()
    return kinds[bound.how](bound.column, value)
