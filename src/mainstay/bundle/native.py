"""Libraries that score their own models without the model's environment, by kind of engine."""

from pathlib import Path
from typing import Literal

from mainstay.bundle import lightgbm, trees, xgboost
from mainstay.bundle.trees import Forest

Kind = Literal["lightgbm", "xgboost"]
KINDS: tuple[Kind, ...] = ("lightgbm", "xgboost")
Booster = lightgbm.Booster | xgboost.Booster


def opened(
    kind: str, model: Path, library: Path, openmp: Path | None = None, *, tables: bool = True
) -> Booster:
    """A model ready to score. openmp: libgomp as the library's wheel brought it, if it did.

    tables: see lightgbm.Booster.

    Raises Unavailable where the library does not load, Broken for a model it does not hold.
    """
    if kind == "lightgbm":
        return lightgbm.Booster(model, library, tables=tables)
    return xgboost.Booster(model, library, openmp)


def forest(kind: str, model: Path) -> Forest:
    """The splits of a model file, for whoever proves its engine. Raises Broken."""
    read = trees.of_lightgbm if kind == "lightgbm" else trees.of_xgboost
    return read(model.read_text(encoding="utf-8"))
