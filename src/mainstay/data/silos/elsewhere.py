"""Sources that are no file beside the contract, by how their addresses begin.

Each kind is a module of this package with a function `found`, imported where a source is of it:
what they read with takes longer to import than most commands take.
"""

import importlib
from pathlib import Path

from mainstay.core.errors import Mistake
from mainstay.data.silos.found import Files, Place, Rows

Found = Files | Rows
_KINDS: dict[str, str] = {
    **dict.fromkeys(("s3", "gs", "az", "abfs", "abfss"), "store"),
    **dict.fromkeys(("postgres", "postgresql"), "postgres"),
    **dict.fromkeys(("mysql", "mariadb"), "mysql"),
    **dict.fromkeys(("delta", "delta+s3", "delta+gs", "delta+az", "delta+abfss"), "delta"),
    **dict.fromkeys(("iceberg+sqlite", "iceberg+http", "iceberg+https"), "iceberg"),
    **dict.fromkeys(("feed+https", "feed+http"), "feed"),
    "kafka": "kafka",
    **dict.fromkeys(("spark", "sc"), "spark"),
}
KNOWN = tuple(f"{kind}://" for kind in _KINDS)
_HERE = "spark#"


def is_elsewhere(address: str) -> bool:
    """Whether it is an address of this module, and no path."""
    return "://" in address or address.startswith(_HERE)


def found(address: str, base: Path, staged: Path, times: tuple[str, ...] = ()) -> Found:
    """Raises Mistake for a kind that nobody reads, and whatever reading raises."""
    kind = address.partition("#")[0].partition("://")[0]
    if kind not in _KINDS:
        raise Mistake(f"{address} is of a kind nobody reads", f"known: {', '.join(KNOWN)}")
    reader = importlib.import_module(f"mainstay.data.silos.{_KINDS[kind]}")
    read: Found = reader.found(address, Place(base, staged, times))
    return read
