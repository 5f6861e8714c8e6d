"""Sources that stand on the engine that computes: they are its tables, and stay where they are."""

import importlib
from typing import Any

from ibis.backends import BaseBackend

from mainstay.data import schema
from mainstay.data.silos.found import Resident

_HOMES = {
    schema.SPARK: ("mainstay.data.silos.spark", ("spark", "sc")),
    schema.POSTGRES: ("mainstay.data.silos.postgres", ("postgres", "postgresql")),
}


def stands(engine: BaseBackend, url: str, address: str) -> bool:
    """Whether the table of an address is one of the engine, which was opened by its URL."""
    _, kinds = _HOMES[engine.name]
    kind, mark, _ = address.partition("#")[0].partition("://")
    there = bool(mark) or address.startswith("spark#")
    return there and kind in kinds and bool(_home(engine).stands(url, address))


def resident(engine: BaseBackend, address: str) -> Resident:
    """The table of an address that stands there. Raises Mistake for none of that name."""
    found: Resident = _home(engine).resident(engine, address)
    return found


def _home(engine: BaseBackend) -> Any:
    return importlib.import_module(_HOMES[engine.name][0])
