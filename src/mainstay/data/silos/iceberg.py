"""Tables of Apache Iceberg at one snapshot, by their catalogue: partitions and files that a filter

cannot need are not opened.
"""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import reduce
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mainstay.core import digest, nearest
from mainstay.core.errors import MissingExtra, Mistake, Unavailable
from mainstay.data.silos.access import Access, access, refuse_clear
from mainstay.data.silos.bounds import Bound
from mainstay.data.silos.found import Place, Rows, said
from mainstay.data.silos.lazy import Batches, Lazy

_BEGIN = "iceberg+"
_SQLITE = "sqlite:///"
_NAMED = """
SELECT catalog_name, table_namespace || '.' || table_name, metadata_location FROM iceberg_tables
"""
_S3 = re.compile(r"s3[an]?://")


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
    stated = access(address)
    try:
        called, properties = _properties(address, catalogue, name, base)
        opened = load_catalog(called, **properties)
        known = [
            ".".join(one) for space in opened.list_namespaces() for one in opened.list_tables(space)
        ]
        if name not in known:
            raise Mistake(f"{address}: there is no table {name}", nearest.hint(name, known))
        return _reached(opened.load_table(name))
    except (RESTError, OSError, NoSuchTableError) as error:
        raise Unavailable(f"{address} does not answer: {said(error, stated)}") from None


def _properties(address: str, catalogue: str, name: str, base: Path) -> tuple[str, dict[str, str]]:
    """What a catalogue is called, and how it is opened; one in a file also how the store is

    reached, because it reads there what it knows of a table.
    """
    if catalogue.startswith(_SQLITE):
        file = base / Path(catalogue.removeprefix(_SQLITE)).expanduser()
        if not file.is_file():
            raise Mistake(f"there is no catalogue {file}", f"looked for {file}")
        called, lies = _entry(file, name)
        of_file = {"type": "sql", "uri": f"{_SQLITE}{file}", "init_catalog_tables": "false"}
        return called, of_file | _store(lies)
    stated = access(address)
    if catalogue.startswith("http://"):
        refuse_clear(catalogue, stated, "write https://")
    token = {"token": stated.bearer} if stated.bearer else {}
    login = {"credential": f"{stated.user}:{stated.hidden}"} if stated.secret else {}
    return "mainstay", {"type": "rest", "uri": catalogue, **token, **login}


def _entry(file: Path, table: str) -> tuple[str, str]:
    """Under which name a catalogue in a database was made, which tells only its own tables; where

    what it knows of a table lies.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as base:
            named = base.execute(_NAMED).fetchall()
    except sqlite3.DatabaseError as error:
        raise Mistake(f"{file} is no catalogue of Iceberg: {error}") from error
    called, _, lies = min(named, key=lambda one: one[1] != table, default=("mainstay", "", ""))
    return called, lies or ""


def _reached(table: Any) -> Any:
    """The table, its files read with what is stated of the store; else as the catalogue says."""
    from pyiceberg.io import load_file_io  # noqa: PLC0415 - an optional reader

    stated = _store(table.location())
    if stated:
        table.io = load_file_io({**table.io.properties, **stated}, table.location())
    return table


def _store(location: str) -> dict[str, str]:
    """What reaches the store that a file lies in, as the library names it; empty for a folder."""
    kind = location.partition("://")[0]
    if kind not in _STORES:
        return {}
    stated = access(_S3.sub("s3://", location))
    return {name: value for name, value in _STORES[kind](stated).items() if value}


def _of_s3(stated: Access) -> dict[str, str]:
    if stated.user == "anonymous":
        return {"s3.anonymous": "true", "s3.region": stated.region, "s3.endpoint": stated.endpoint}
    return {
        "s3.access-key-id": stated.user, "s3.secret-access-key": stated.hidden,
        "s3.session-token": stated.bearer, "s3.region": stated.region,
        "s3.endpoint": stated.endpoint,
    }  # fmt: skip


def _of_google(stated: Access) -> dict[str, str]:
    return {"gcs.oauth2.token": stated.bearer, "gcs.service.host": stated.endpoint}


def _of_azure(stated: Access) -> dict[str, str]:
    scheme, _, host = stated.endpoint.rpartition("://")
    there = {"storage-authority": host, "storage-scheme": scheme}
    places = {f"adls.{of}-{name}": one for of in ("blob", "dfs") for name, one in there.items()}
    return {
        "adls.account-name": stated.user, "adls.account-key": stated.hidden,
        "adls.sas-token": stated.query, **places,
    }  # fmt: skip


_STORES: dict[str, Callable[[Access], dict[str, str]]] = {
    **dict.fromkeys(("s3", "s3a", "s3n"), _of_s3),
    "gs": _of_google,
    **dict.fromkeys(("abfs", "abfss"), _of_azure),
}


def _expression(bound: Bound) -> Any:
    from pyiceberg import expressions as of  # noqa: PLC0415 - an optional reader

    kinds = {
        "==": of.EqualTo, "<=": of.LessThanOrEqual, ">=": of.GreaterThanOrEqual,
        "<": of.LessThan, ">": of.GreaterThan,
    }  # fmt: skip
    value = bound.value if isinstance(bound.value, int | float) else bound.value.isoformat()
    return kinds[bound.how](bound.column, value)
