"""What the model's process writes of a fitted object, and what it refuses to."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightgbm
import pytest
import xgboost
from mixed_rows import LEVELS, drawn, frame, signal
from sklearn.pipeline import make_pipeline

from mainstay.trainer.export_process import exported

ROWS = drawn(300)


def test_a_lightgbm_model_is_written_as_text(tmp_path: Path) -> None:
    model = lightgbm.LGBMRegressor(n_estimators=2, verbose=-1).fit(frame(ROWS), signal(ROWS))

    said = exported(model, str(tmp_path))

    assert (said["why"], said["kind"], said["columns"]) == ("", "lightgbm", 5)
    assert (said["levels"], said["categories"]) == ([list(LEVELS)], None)
    assert (tmp_path / said["model"]).read_text().startswith("tree\n")
    assert Path(said["library"]).name.startswith("lib_lightgbm")


def test_an_xgboost_model_is_written_as_json_with_the_libgomp_of_its_wheel(tmp_path: Path) -> None:
    model = xgboost.XGBRegressor(n_estimators=2, enable_categorical=True)

    said = exported(model.fit(frame(ROWS), signal(ROWS)), str(tmp_path))

    assert (said["why"], said["kind"], said["columns"]) == ("", "xgboost", 5)
    assert (said["levels"], said["categories"]) == (None, [0])
    assert (tmp_path / said["model"]).read_text().startswith("{")
    assert Path(said["library"]).is_file()
    assert "libgomp" in said["openmp"]


@pytest.mark.parametrize(
    ("fitted", "why"),
    [
        (xgboost.XGBRegressor(missing=-999.0), "takes -999.0 for missing"),
        (xgboost.Booster(), "reads a DMatrix only: return XGBClassifier"),
        (make_pipeline(lightgbm.LGBMRegressor()), "Pipeline is no LightGBM or XGBoost model"),
        (xgboost.XGBRegressor(), "XGBRegressor cannot be written as its own form: NotFittedError("),
        (SimpleNamespace(), "SimpleNamespace is no LightGBM or XGBoost model"),
    ],
)
def test_what_would_not_say_the_same_is_refused_in_one_line(
    fitted: Any, why: str, tmp_path: Path
) -> None:
    said = exported(fitted, str(tmp_path))

    assert why in said["why"]
    assert not list(tmp_path.iterdir())
