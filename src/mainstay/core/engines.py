"""Which engines there are, by their URL; what opens them is in data.engines."""

DUCKDB = "duckdb"
KNOWN = (
    "known: duckdb, spark, spark://HOST:PORT, sc://HOST:PORT, postgres://USER@HOST:PORT/DATABASE"
)
_ALONE = (DUCKDB, "spark")
_THERE = ("spark", "sc", "postgres", "postgresql")


def known(url: str) -> bool:
    """Whether it is the URL of an engine.

    >>> known("spark"), known("postgres://db/shop"), known("postgres"), known("mysql://db/shop")
    (True, True, False, False)
    """
    kind, mark, place = url.partition("://")
    return url in _ALONE or (kind in _THERE and bool(mark and place))
