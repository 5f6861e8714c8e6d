"""From the fitted object to an engine without its environment, where there is one."""

import platform
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from mainstay.bundle.worker import Worker
from mainstay.core.inputs import Input


class Native(msgspec.Struct, frozen=True):
    """LightGBM's own form: model text, the C library that reads it, and what both are."""

    booster: Path
    library: Path
    version: str
    objective: str
    platform: str


class Foreign(msgspec.Struct, frozen=True):
    """Only the model's own process can score it; why, in one line for a person."""

    why: str


def exported(worker: Worker, inputs: tuple[Input, ...], folder: Path) -> Native | Foreign:
    """Writes model.txt and the library into a folder, where the model just fitted is LightGBM.

    That it says the same is for bundle.parity to prove.
    """
    said = worker.call("export").header
    why = said["why"] or _unlike(said, inputs)
    if why:
        return Foreign(why)
    folder.mkdir(parents=True, exist_ok=True)
    booster = folder / "model.txt"
    booster.write_text(said["text"], encoding="utf-8")
    library = Path(shutil.copy(said["library"], folder))
    return Native(booster, library, said["version"], _line(said["text"], "objective"), machine())


def machine() -> str:
    """What a C library was built for, for example linux-x86_64."""
    return f"{sys.platform}-{platform.machine()}"


def _unlike(said: dict[str, Any], inputs: tuple[Input, ...]) -> str:
    """Why its numbers would not be ours: other columns, other categories; "" where they are."""
    columns = int(_line(said["text"], "max_feature_idx")) + 1
    if columns != len(inputs):
        return f"the model uses {columns} columns, features() makes {len(inputs)}"
    levels = [list(one.levels) for one in inputs if one.kind == "text"]
    if said["levels"] != levels:
        return "the model was fitted on other categories than those it is given"
    return ""


def _line(text: str, name: str) -> str:
    """What a header line of the model text says."""
    found = (line for line in text.splitlines() if line.startswith(f"{name}="))
    return next(found, f"{name}=").partition("=")[2]
