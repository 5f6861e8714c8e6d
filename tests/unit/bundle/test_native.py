"""Which library reads which model."""

from pathlib import Path

import lightgbm
import pytest
import xgboost
from mixed_rows import drawn, frame, signal

from mainstay.bundle import native
from mainstay.core.errors import Broken

HOMES = {"lightgbm": lightgbm, "xgboost": xgboost}
PATTERNS = {"lightgbm": "lib_lightgbm.*", "xgboost": "libxgboost.*"}


@pytest.fixture(params=native.KINDS)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, Path]:
    """Kind, file and library of two trees."""
    rows, path = drawn(300), tmp_path / "model"
    if request.param == "lightgbm":
        made = lightgbm.LGBMRegressor(n_estimators=2, verbose=-1).fit(frame(rows), signal(rows))
        path.write_text(made.booster_.model_to_string())
    else:
        small = xgboost.XGBRegressor(n_estimators=2, enable_categorical=True)
        path.write_bytes(small.fit(frame(rows), signal(rows)).get_booster().save_raw("json"))
    home = Path(str(HOMES[request.param].__file__)).parent
    return request.param, path, next(home.rglob(PATTERNS[request.param]))


def test_each_kind_is_opened_by_its_own_library(model: tuple[str, Path, Path]) -> None:
    booster = native.opened(*model)

    assert booster.scores(drawn(9)).shape == (9,)


def test_each_kind_tells_its_splits(model: tuple[str, Path, Path]) -> None:
    kind, path, _ = model

    forest = native.forest(kind, path)

    assert len(forest.trees) == 2
    assert forest.single == (kind == "xgboost")


def test_a_model_of_another_kind_is_broken(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("tree")

    with pytest.raises(Broken):
        native.forest("xgboost", tmp_path / "model")
