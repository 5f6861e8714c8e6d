"""Sources that are no file beside the contract, by how their addresses begin."""

from collections.abc import Callable
from pathlib import Path

from mainstay.core.errors import Mistake
from mainstay.data.silos import delta, feed, iceberg, kafka, mysql, postgres, spark, store
from mainstay.data.silos.found import Files, Place, Rows

Found = Files | Rows
_KINDS: dict[str, Callable[[str, Place], Found]] = {
    **dict.fromkeys(store.KINDS, store.found),
    **dict.fromkeys(("postgres", "postgresql"), postgres.found),
    **dict.fromkeys(("mysql", "mariadb"), mysql.found),
    **dict.fromkeys(("delta", "delta+s3", "delta+gs", "delta+az", "delta+abfss"), delta.found),
    **dict.fromkeys(("iceberg+sqlite", "iceberg+http", "iceberg+https"), iceberg.found),
    **dict.fromkeys(("feed+https", "feed+http"), feed.found),
    "kafka": kafka.found,
    "spark": spark.found,
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
    return _KINDS[kind](address, Place(base, staged, times))
