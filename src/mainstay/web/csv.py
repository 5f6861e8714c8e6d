"""Tables as CSV, for whoever goes on with them in a spreadsheet."""

import csv
import io
from typing import Any

import msgspec
from starlette.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the begin of a formula."""


def replied(rows: list[dict[str, Any]]) -> Response:
    """A line of names, then the rows; names in the order in which they first come."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    written = csv.writer(text)
    written.writerow(names)
    written.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


def _cell(value: object) -> str:
    """A number as it is; a text that a spreadsheet would run is quoted as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool | int | float):
        return str(value)
    return msgspec.json.encode(value).decode()
