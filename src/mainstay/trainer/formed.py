"""The model just fitted as a portable form, made in its own process."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from mainstay.bundle import form
from mainstay.bundle.form import Form
from mainstay.bundle.link import Matrix
from mainstay.bundle.worker import Worker
from mainstay.core.errors import Bug
from mainstay.trainer.importer import Foreign

IMPORTERS = Path(__file__).with_name("portable") / "importing.py"
"""The module that the model's process loads to make the form, with those beside it."""


def formed(worker: Worker) -> Form | Foreign:
    """The form, or why the model has none. That it says the same is for a proof to show.

    Raises Bug for a form that is none.
    """
    said = worker.call("form", {"program": str(IMPORTERS.resolve())})
    return Foreign(said.header["why"]) if said.header["why"] else assembled(*said)


def assembled(header: dict[str, Any], arrays: tuple[Matrix, ...]) -> Form:
    """The form of what an importer answered. Raises Bug."""
    try:
        return msgspec.convert(_filled(header["form"], arrays), Form)
    except ValueError as error:
        raise Bug(f"the importer made no portable form: {error}") from error


def _filled(stated: Any, arrays: tuple[Matrix, ...]) -> Any:
    """The header with its arrays in place."""
    if isinstance(stated, list):
        return [_filled(one, arrays) for one in stated]
    if not isinstance(stated, dict):
        return stated
    if "at" in stated:
        return msgspec.to_builtins(
            form.table(np.asarray(arrays[stated["at"]]), stated["kind"]), builtin_types=(bytes,)
        )
    return {name: _filled(one, arrays) for name, one in stated.items()}
