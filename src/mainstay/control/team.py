"""The projects of a team: those in the folders just below, which keep one record together."""

import re
from functools import lru_cache
from pathlib import Path

from mainstay.control import project
from mainstay.core.errors import Conflict, MainstayError, Missing
from mainstay.core.places import Places

_MODEL = re.compile(r"(?m)^model: *([a-z0-9][a-z0-9._-]*) *$")


def members(places: Places) -> dict[str, Path]:
    """The folder of each project, by its model. Raises Conflict for a name that two have.

    One whose contract cannot be read now goes by the name of its folder, where its mistakes are
    told.
    """
    found: dict[str, Path] = {}
    for folder in sorted(one.parent for one in places.folder.glob("*/contract.yaml")):
        name = _name(folder)
        if name in found:
            raise Conflict(
                f"{found[name].name} and {folder.name} both hold a model called {name}",
                hint="a record knows models by their names: call one of them another",
            )
        found[name] = folder
    return found


def member(places: Places, model: str) -> Path:
    """Of one model. Raises Missing."""
    found = members(places).get(model)
    if found is None:
        raise Missing(f"the team has no model called {model}", hint="mainstay status")
    return found


def _name(folder: Path) -> str:
    path = Places(folder).contract
    found = path.stat()
    return _named(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(4096)
def _named(path: Path, _changed: int, _size: int, _number: int) -> str:
    """By its one line, where there is one such: to read a contract takes a thousand times as long,

    and each that is asked of is read then. What stands in the first column is no part of a text.
    """
    found = _MODEL.findall(path.read_text(encoding="utf-8", errors="replace"))
    return str(found[0]) if len(found) == 1 else _read(path.parent)


def _read(folder: Path) -> str:
    try:
        return project.contract(Places(folder).contract).contract.model
    except MainstayError:
        return folder.name
