"""The projects of a team: those in the folders just below, which keep one record together."""

from pathlib import Path

from mainstay.control import project
from mainstay.core.errors import Conflict, MainstayError, Missing
from mainstay.core.places import Places


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
    try:
        return project.contract(Places(folder).contract).contract.model
    except MainstayError:
        return folder.name
