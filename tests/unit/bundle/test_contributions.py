"""What inputs contribute, of forms by hand and of fitted models in onnxruntime."""

from functools import partial
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost
from mixed_rows import INPUTS, drawn, frame, signal
from msgspec import structs
from planted_forms import grown, line
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from mainstay.bundle import contributions, form, graph, interpret, onnx
from mainstay.bundle.contributions import EXACT, Contributions, Explaining, Formed, checked
from mainstay.bundle.form import Arithmetic, Form, Sigmoid, table
from mainstay.bundle.onnx import Graph
from mainstay.core.errors import Unavailable
from mainstay.trainer.formed import assembled
from mainstay.trainer.portable.importing import imported

ROWS = drawn(800)
SMALL = {"n_estimators": 12, "random_state": 0}
CLASSES = {"binary": [0, 1], "multiclass": [0, 1, 2], "regression": []}


def after(estimator: Any) -> Any:
    """Behind an encoder: every level of origin is a column of its own."""
    hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    filled = make_pipeline(SimpleImputer(), StandardScaler())
    numbers = [one.name for one in INPUTS[1:]]
    return make_pipeline(make_column_transformer((hot, ["origin"]), (filled, numbers)), estimator)


def calibrated(method: str) -> Any:
    return after(CalibratedClassifierCV(LogisticRegression(), method=method, cv=3))


FITTED = {
    "logistic": (after(LogisticRegression()), "binary"),
    "logistic of three": (after(LogisticRegression()), "multiclass"),
    "line": (after(LinearRegression()), "regression"),
    "forest": (after(RandomForestClassifier(max_depth=6, **SMALL)), "binary"),
    "forest of three": (after(RandomForestClassifier(max_depth=6, **SMALL)), "multiclass"),
    "boosted": (after(GradientBoostingClassifier(**SMALL)), "binary"),
    "histogram": (after(HistGradientBoostingClassifier(max_iter=12)), "multiclass"),
    "platt": (calibrated("sigmoid"), "binary"),
    "isotonic": (calibrated("isotonic"), "binary"),
    "lightgbm": (after(lightgbm.LGBMClassifier(verbose=-1, **SMALL)), "binary"),
    "xgboost": (after(xgboost.XGBClassifier(**SMALL)), "binary"),
}
CALIBRATED = ("platt", "isotonic")


def label(task: str) -> Any:
    wanted = signal(ROWS)
    edges = {"binary": [4.0], "multiclass": [3.0, 5.0]}.get(task)
    return wanted if edges is None else np.digitize(wanted, edges)


def formed(fitted: Any, task: str) -> Form:
    inputs = [{"name": one.name, "kind": one.kind, "levels": list(one.levels)} for one in INPUTS]
    answer, arrays = imported(
        fitted, "pandas", {"inputs": inputs, "task": task, "classes": CLASSES[task]}
    )
    assert not answer["why"]
    return contributions.centred(assembled(answer, tuple(arrays)), ROWS)


def opened(model: Form, folder: Path, task: str) -> Graph:
    files = folder / "graph.onnx", folder / "form.msgpack"
    files[0].write_bytes(graph.margins(model))
    form.written(files[1], model)
    return onnx.opened(*files, INPUTS, 3 if task == "multiclass" else 0)


@pytest.mark.parametrize("name", FITTED)
def test_base_and_contributions_make_the_margin_of_the_engine(name: str, tmp_path: Path) -> None:
    estimator, task = FITTED[name]
    model = formed(estimator.fit(frame(ROWS), label(task)), task)
    engine = opened(model, tmp_path, task)
    assert isinstance(engine, Explaining)

    for row in ROWS[:10]:
        for output in range(model.outputs):
            found = engine.contributions(row.tolist(), output)

            most = 1e-5 if name == "xgboost" else 1e-9
            assert found.base + found.of.sum() == pytest.approx(found.margin, rel=most, abs=most)
            if name not in CALIBRATED:
                margins = interpret.margins(model.members[0], row[None, :])[0]
                assert found.margin == pytest.approx(margins[output], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ["logistic", "logistic of three", "line"])
def test_the_base_of_a_linear_model_is_its_mean_over_the_rows_trained_on(name: str) -> None:
    estimator, task = FITTED[name]
    model = formed(estimator.fit(frame(ROWS), label(task)), task)
    margins = interpret.margins(model.members[0], ROWS)

    found = Formed(model)(ROWS[0].tolist(), 0, margins[0])

    assert found.base == pytest.approx(margins[:, 0].mean())


def test_columns_made_from_one_input_count_together() -> None:
    estimator, task = FITTED["logistic"]
    fitted = estimator.fit(frame(ROWS), label(task))
    model = formed(fitted, task)
    known = {**dict.fromkeys((one.name for one in INPUTS), 0.0)}
    slopes, hot = fitted[-1].coef_[0], fitted[0].transform(frame(ROWS))
    terms = slopes * (hot[3] - hot.mean(axis=0))
    columns = len(fitted[0].transformers_[0][1].get_feature_names_out())
    known["origin"] = terms[:columns].sum()
    known |= dict(zip(list(known)[1:], terms[columns:], strict=True))

    found = Formed(model)(ROWS[3].tolist(), 0, interpret.margins(model.members[0], ROWS[3:4])[0])

    assert columns > 3
    assert found.of == pytest.approx(list(known.values()))


def test_trees_behind_an_encoder_contribute_what_lightgbm_says() -> None:
    estimator, task = FITTED["lightgbm"]
    fitted = estimator.fit(frame(ROWS), label(task))
    model = formed(fitted, task)
    hot = fitted[0].transform(frame(ROWS[:20]))
    said = fitted[-1].booster_.predict(hot, pred_contrib=True)
    inputs = [one.input for one in model.members[0].features]

    for row, wanted in zip(ROWS[:20], said, strict=True):
        margins = interpret.margins(model.members[0], row[None, :])[0]
        found = Formed(model)(row.tolist(), 0, margins)

        summed = np.bincount(inputs, weights=wanted[:-1], minlength=len(INPUTS))
        assert found.of == pytest.approx(summed, rel=1e-9, abs=1e-12)
        assert found.base == pytest.approx(wanted[-1], rel=1e-9)


def test_platt_calibration_is_told_in_calibrated_log_odds() -> None:
    half = line(calibration=Sigmoid(-0.5, 0.25))

    found = Formed(half)([3.0, 0.0], 0, np.array([7.0]))

    assert found == Contributions(pytest.approx([3.0, 0.0]), 0.25, 3.25)
    assert interpret.scores(half, np.array([[3.0, 0.0]]))[0] == pytest.approx(
        1 / (1 + np.exp(-found.margin))
    )


def test_a_line_without_means_is_told_from_zero() -> None:
    found = Formed(line(Arithmetic("add", 1.0)))([3.0, 0.0], 0, np.array([9.0]))

    assert found == Contributions(pytest.approx([8.0, 0.0]), 1.0, 9.0)


def test_rows_that_the_library_refuses_are_in_no_mean() -> None:
    rows = np.array([[1.0, 0.0], [3.0, 0.0], [np.nan, 0.0]])

    one, none = contributions.centred(line(), rows), contributions.centred(line(), rows[2:])

    assert (one.members[0].body.means, none.members[0].body.means) == ((2.0,), ())


def test_what_does_not_add_up_is_not_told() -> None:
    off = Contributions(np.array([1.0, 2.0]), 0.5, 3.5 + 1e-6)

    with pytest.raises(Unavailable, match="does not add up"):
        checked(off, EXACT)
    with pytest.raises(Unavailable, match="does not add up"):
        checked(off._replace(margin=np.nan), EXACT)
    assert checked(off, 1e-6) is off


def test_a_form_made_before_there_were_covers_gives_no_reasons(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="build it again"):
        Formed(grown())


def test_a_form_that_was_changed_after_it_was_opened_gives_no_reasons(tmp_path: Path) -> None:
    cover = table(np.array([10.0, 6.0, 2.0, 4.0, 4.0]), "f8")
    body = structs.replace(grown().members[0].body, cover=cover)
    member = structs.replace(grown().members[0], body=body)
    model = Form(len(INPUTS), 1, (member,))
    engine = opened(model, tmp_path, "regression")
    ask = partial(engine.contributions, [1.0, 1.0, 0.0, 0.0, 0.0], 0)
    form.written(tmp_path / "form.msgpack", Form(len(INPUTS), 1, line().members))

    with pytest.raises(Unavailable, match="not where it was opened"):
        ask()
    form.written(tmp_path / "form.msgpack", model)
    assert ask().margin == 10.5
