"""From the fitted object to an engine without its environment, where there is one."""

import platform
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from mainstay.bundle.native import Kind
from mainstay.bundle.worker import Worker
from mainstay.core.inputs import Input

EXPORT = Path(__file__).with_name("export_process.py")
"""The file that the model's process imports to write native forms."""


class Native(msgspec.Struct, frozen=True):
    """A library's own form: the model's file, the C library that reads it, and what both are.

    openmp: the copy of libgomp that the library's wheel brought, None where it brought none.
    """

    kind: Kind
    model: Path
    library: Path
    openmp: Path | None
    version: str
    platform: str

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything that was written."""
        return (self.model, self.library, *filter(None, [self.openmp]))


class Foreign(msgspec.Struct, frozen=True):
    """Only the model's own process can score it; why, in one line for a person."""

    why: str


def exported(worker: Worker, inputs: tuple[Input, ...], folder: Path) -> Native | Foreign:
    """Writes model and library into a folder, where the model just fitted is LightGBM or XGBoost.

    That it says the same is for bundle.parity to prove.
    """
    folder.mkdir(parents=True, exist_ok=True)
    header = {"program": str(EXPORT.resolve()), "folder": str(folder.resolve())}
    said = worker.call("export", header).header
    if said["why"]:
        return Foreign(said["why"])
    model = folder / said["model"]
    if why := _unlike(said, inputs):
        model.unlink()
        return Foreign(why)
    library = Path(shutil.copy(said["library"], folder))
    openmp = Path(shutil.copy(said["openmp"], folder)) if said["openmp"] else None
    return Native(said["kind"], model, library, openmp, said["version"], machine())


def machine() -> str:
    """What a C library was built for, for example linux-x86_64."""
    return f"{sys.platform}-{platform.machine()}"


def _unlike(said: dict[str, Any], inputs: tuple[Input, ...]) -> str:
    """Why its numbers would not be ours: other columns, other categories; "" where they are."""
    if said["columns"] != len(inputs):
        return f"the model uses {said['columns']} columns, features() makes {len(inputs)}"
    texts = [place for place, one in enumerate(inputs) if one.kind == "text"]
    levels = [list(inputs[place].levels) for place in texts]
    if said["levels"] not in (None, levels) or said["categories"] not in (None, texts):
        return "the model was fitted on other categories than those it is given"
    return ""
