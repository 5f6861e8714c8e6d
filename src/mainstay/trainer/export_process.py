"""Native forms of a fitted object, written inside its own environment by its own library.

One file, standard library only; the model's process imports it at build, no bundle carries it.
"""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

Said = dict[str, Any]
TEXT, JSON = "model.txt", "model.json"


def exported(fitted: Any, folder: str) -> Said:
    """`why` not, or kind, model (a file in the folder), library, openmp, version and categories.

    library, openmp: files of the environment; openmp: the copy of libgomp that a wheel brought.
    levels: by text input in the order of the columns; None where the form does not say.
    """
    try:
        for write in (lightgbm_form, xgboost_form):
            said = write(fitted, Path(folder))
            if said is not None:
                return said
    except Exception as error:  # noqa: BLE001 - a library of another time is no reason not to build
        for name in (TEXT, JSON):
            Path(folder, name).unlink(missing_ok=True)
        return {"why": f"{type(fitted).__name__} cannot be written as its own form: {error!r}"}
    return {"why": f"{type(fitted).__name__} is no LightGBM or XGBoost model"}


def lightgbm_form(fitted: Any, folder: Path) -> Said | None:
    lightgbm = sys.modules.get("lightgbm")
    booster = getattr(fitted, "booster_", fitted)
    if lightgbm is None or not isinstance(booster, lightgbm.Booster):
        return None
    path = folder / TEXT
    path.write_text(booster.model_to_string(), encoding="utf-8")
    return {
        **native("lightgbm", lightgbm, "lib_lightgbm.*", path),
        "columns": booster.num_feature(),
        "levels": booster.pandas_categorical or [],
        "categories": None,
    }


def xgboost_form(fitted: Any, folder: Path) -> Said | None:
    xgboost = sys.modules.get("xgboost")
    if xgboost is None or not isinstance(fitted, (xgboost.XGBModel, xgboost.Booster)):
        return None
    if isinstance(fitted, xgboost.Booster):
        return {"why": "an XGBoost Booster reads a DMatrix only: return XGBClassifier and the like"}
    if fitted.missing == fitted.missing:
        return {"why": f"the model takes {fitted.missing} for missing, the inputs say NaN"}
    booster = fitted.get_booster()
    path = folder / JSON
    path.write_bytes(booster.save_raw("json"))
    kinds = booster.feature_types or []
    return {
        **native("xgboost", xgboost, "libxgboost.*", path),
        "columns": booster.num_features(),
        "levels": None,
        "categories": [place for place, kind in enumerate(kinds) if kind == "c"],
    }


def native(kind: str, module: ModuleType, pattern: str, path: Path) -> Said:
    home = Path(str(module.__file__)).parent
    library = next(home.rglob(pattern))
    brought = sorted(home.parent.glob(f"{home.name}*.libs/libgomp-*.so*"))
    return {
        "why": "",
        "kind": kind,
        "model": path.name,
        "library": str(library),
        "openmp": str(brought[0]) if brought else "",
        "version": module.__version__,
    }
