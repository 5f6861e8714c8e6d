"""What reads the sources of a contract: on the engine that it names, or that the process names."""

from mainstay.contract.model import Contract
from mainstay.core import settings
from mainstay.core.engines import DUCKDB
from mainstay.core.places import Places
from mainstay.data import engine, engines, schema
from mainstay.data.silos import access
from mainstay.data.source import Once, Reader


def reader(contract: Contract, places: Places) -> Reader:
    """On the engine of a contract. Raises what engines.connect raises."""
    places.work.mkdir(parents=True, exist_ok=True)
    there = elsewhere(contract, places)
    return there or Reader(engine.connect(places.work), places.folder, places.staged)


def elsewhere(contract: Contract, places: Places) -> Reader | None:
    """The same, None where that is DuckDB on this machine.

    It opens each source once, and tells of one moment where the engine can.
    """
    url = settings.engine() or contract.data.engine
    return None if url == DUCKDB else _there(url, places)


def for_batch(contract: Contract, places: Places, table: str, memory: str) -> Reader:
    """For a batch: on the Spark that its decisions are in; else on the engine of the contract.

    table: where the decisions are, "" for the contract's own; memory: see engine.connect.
    """
    where, mark, _ = (table or contract.data.decisions.source).partition("#")
    home = where if mark and is_spark(where) else ""
    if there := _there(home, places) if home else elsewhere(contract, places):
        return there
    return Reader(engine.connect(places.work, memory), places.folder, places.staged, Once())


def is_spark(url: str) -> bool:
    """Whether an engine is a Spark whose processes do work of ours: none behind Spark Connect.

    >>> is_spark("spark"), is_spark("spark://host:7077"), is_spark("sc://host:15002")
    (True, True, False)
    """
    return url.partition("://")[0] == "spark"


def _there(url: str, places: Places) -> Reader:
    access.refuse_secrets(url)
    places.staged.mkdir(parents=True, exist_ok=True)
    held = engines.at_one_moment(engines.connect(url, places.staged))
    return Reader(held, places.folder, places.staged, Once(), url)


def ended(some: Reader) -> None:
    """Lets go of its engine. A Spark goes on: it takes seconds to start."""
    if some.engine.name != schema.SPARK:
        some.engine.disconnect()
