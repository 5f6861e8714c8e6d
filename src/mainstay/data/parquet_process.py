"""The process that reads Parquet for a door: a file in on stdin, records out on stdout, as JSON.

The argument is the largest answer in bytes. What cannot be read is one line on stderr, status 1.
NaN stands for missing; infinity is written as Python's json does.
"""

import io
import json
import re
import resource
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

MEMORY = 4_000_000_000
"""Bytes of address space: a small file can say a lot."""
_INDEX = re.compile(r"__index_level_\d+__")


def main() -> int:
    """Bounded in memory before it reads anything."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer = records(sys.stdin.buffer.read(), int(sys.argv[1]))
    except (pa.ArrowException, MemoryError, ValueError, TypeError, OSError) as error:
        sys.stderr.write(f"{error}"[:200].partition("\n")[0])
        return 1
    sys.stdout.write(answer)
    return 0


def records(content: bytes, largest: int) -> str:
    """The rows of a file as a request. Raises ValueError, pa.ArrowException.

    A column that holds the index of a pandas frame is left out, as pandas itself leaves it out.
    """
    file = pq.ParquetFile(io.BytesIO(content))
    names = [name for name in file.schema_arrow.names if not _INDEX.fullmatch(name)]
    least = file.metadata.num_rows * (sum(map(len, names)) + 4 * len(names))
    if least > largest:
        raise ValueError(f"{file.metadata.num_rows:,} rows are too many: send fewer")
    rows = file.read(columns=names, use_threads=False).to_pylist()  # older ones want more memory
    made = json.dumps({"records": [_present(row) for row in rows]}, default=_written)
    if len(made) > largest:
        raise ValueError(f"as records this takes {len(made):,} bytes, at most {largest:,}")
    return made


def _present(row: dict[str, object]) -> dict[str, object]:
    return {name: None if value != value else value for name, value in row.items()}  # noqa: PLR0124 - NaN


def _written(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case _:
            raise TypeError(f"a column holds {type(value).__name__}, which no request can hold")


if __name__ == "__main__":
    sys.exit(main())
