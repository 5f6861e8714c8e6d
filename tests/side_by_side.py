"""What two engines say, beside each other: every difference, by its place."""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import ibis.expr.types as ir
import msgspec
import pyarrow as pa
from ibis.backends import BaseBackend

NEAR = 1e-9  # relative: sums may be added up in another order


class Engine(NamedTuple):
    """An engine, and what puts rows into it exactly as they are."""

    name: str
    backend: BaseBackend
    stored: Callable[[pa.Table], ir.Table]


def differences(left: object, right: object, place: str = "") -> list[str]:
    """Where two values differ, whole numbers and text exactly, doubles beyond NEAR; NaN is NaN.

    Values of msgspec are taken apart; a value of another type differs.
    """
    return list(_between(msgspec.to_builtins(left), msgspec.to_builtins(right), place))


def rows(table: pa.Table, key: str) -> dict[str, Any]:
    """A table as types and rows by key, to be compared. Raises ValueError for a repeated key."""
    found = {row[key]: row for row in table.to_pylist()}
    if len(found) < table.num_rows:
        raise ValueError(f"{table.num_rows} rows have {len(found)} values of {key}")
    types = {one.name: str(one.type) for one in table.schema}
    return {"types": types, "rows": {str(one): _plain(row) for one, row in found.items()}}


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Moments and days as text to the microsecond; numbers as they are."""
    return {
        name: value if isinstance(value, bool | int | float | str | None) else repr(value)
        for name, value in row.items()
    }


def _between(left: Any, right: Any, place: str) -> Iterator[str]:
    match left, right:
        case dict(), dict():
            yield from (f"{place}: only left has {one!r}" for one in left if one not in right)
            yield from (f"{place}: only right has {one!r}" for one in right if one not in left)
            for one in left:
                if one in right:
                    yield from _between(left[one], right[one], f"{place}.{one}")
        case list() | tuple(), list() | tuple() if len(left) == len(right):
            for at, (one, other) in enumerate(zip(left, right, strict=True)):
                yield from _between(one, other, f"{place}[{at}]")
        case _ if type(left) is not type(right) or not _same(left, right):
            yield f"{place}: {left!r} and {right!r}"


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and not math.isnan(left):
        return math.isclose(left, right, rel_tol=NEAR)
    return bool(left == right) or (left != left and right != right)
