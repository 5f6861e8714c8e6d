"""What a door serves, as the Open Inference Protocol and its repository extension ask for it.

Everything comes from the routing in force and from the manifests of its versions: a door has no
say in what it serves, so models are loaded and unloaded by deploying, not here.
"""

from datetime import datetime
from typing import Any

import mainstay
from mainstay.bundle.guard import RequestColumn
from mainstay.core import nearest
from mainstay.core.errors import Missing, Refused, Unavailable
from mainstay.core.typed import FLAG, INTEGER, NUMBER
from mainstay.life.serve import answers, health
from mainstay.life.serve.served import Served, Table
from mainstay.life.serve.tensors import BOOL, BYTES, FP64, INT64

EXTENSIONS = ("binary_tensor_data", "model_repository")
_DATATYPES = {INTEGER: INT64, NUMBER: FP64, FLAG: BOOL}
_ANY = [-1]
_SHOWN = 40  # characters of a caller's own text that an answer repeats


def server() -> dict[str, Any]:
    """The metadata of the server."""
    return {"name": "mainstay", "version": mainstay.__version__, "extensions": list(EXTENSIONS)}


def model(table: Table, version: str) -> dict[str, Any]:
    """The metadata of a version, of the champion where none is named."""
    stated = routed(table, version).held.runtime.manifest
    return {
        "name": table.routing.model,
        "versions": [one.share.version for one in table.answering],
        "platform": f"mainstay_{stated.engine.kind}",
        "inputs": [_input(column) for column in stated.request if column.name in stated.sent],
        "outputs": [
            {"name": one.name, "datatype": one.datatype, "shape": _ANY}
            for one in answers.columns(stated)
        ],
    }


def index(table: Table | None, at: datetime | None) -> list[dict[str, str]]:
    """Every version that the routing names; reason: why its model itself does not answer."""
    return [
        {
            "name": table.routing.model,
            "version": one.share.version,
            "state": "UNAVAILABLE" if health.doubt(one) else "READY",
            "reason": health.doubt(one) or one.silenced(at),
        }
        for one in (table.answering if table else ())
        if table
    ]


def kept(table: Table) -> Refused:
    """Why nobody unloads a model here."""
    return Refused(
        f"{table.routing.model} is served as long as its signed routing says so",
        hint="mainstay deploy, mainstay rollback",
    )


def named(table: Table | None, name: str) -> Table:
    """The table, where it is of the model asked for. Raises Missing, Unavailable."""
    if table is None:
        raise Unavailable("no version is served here yet")
    known = table.routing.model
    if name != known:
        raise Missing(f"{name[:_SHOWN]} is not served here", hint=nearest.hint(name, (known,)))
    return table


def routed(table: Table, version: str) -> Served:
    """The version asked for as v2 or 2, the champion where none is. Raises Missing."""
    if not version:
        return table.served[0]
    found = {one.share.version: one for one in table.answering}
    one = found.get(version) or found.get(f"v{version}")
    if one is None:
        raise Missing(
            f"version {version[:_SHOWN]} is not served here", hint=nearest.hint(version, found)
        )
    return one


def ready(table: Table | None, name: str, version: str) -> bool:
    """Whether a version of a model answers here, and its golden rows say rightly."""
    try:
        return not health.doubt(routed(named(table, name), version))
    except (Missing, Unavailable):
        return False


def pinned(table: Table | None, version: str) -> Table | None:
    """The table for requests that name a version: it answers all of them, and they are on no trial.

    A version beside no other but its baseline keeps its share: more is not certified. There the
    routing decides as ever, so the trial goes on; whom it would have sent to the other one of two
    says nothing of how a canary does beside its champion.
    """
    if table is None or not version:
        return table
    try:
        one = routed(table, version)
    except Missing:  # it left the routing a moment ago
        return None
    if len(table.served) == 1:
        return table
    one = one._replace(named=True)
    return table._replace(served=(one,), limits=table.limits[:1], standby=None, trial=None)


def _input(column: RequestColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "datatype": _DATATYPES.get(column.type, BYTES),
        "shape": _ANY,
    }
