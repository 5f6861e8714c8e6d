"""Models that come as ONNX, or are written as it, through the whole ladder."""

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from mixed_rows import INPUTS, drawn, signal

from mainstay.bundle import runtime
from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.core.errors import MissingExtra, Mistake
from mainstay.life.build import ladder, portable
from mainstay.life.build.candidate import Making
from mainstay.trainer import fit
from mainstay.trainer.fit import Training

HEADER = """
    import numpy as np
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    def prepared(inputs, *steps):
        numbers = [name for name in inputs if str(inputs[name].dtype) != "category"]
        text = [name for name in inputs if name not in numbers]
        hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        filled = make_pipeline(SimpleImputer(), StandardScaler(), *steps)
        return make_column_transformer((filled, numbers), (hot, text))
"""
FOREST = f"""{HEADER}
    def train(inputs, label):
        forest = RandomForestRegressor(10, max_depth=6, random_state=0)
        return make_pipeline(prepared(inputs), forest).fit(inputs, label)
"""
LINE = f"""{HEADER}
    def train(inputs, label):
        return make_pipeline(prepared(inputs), LinearRegression()).fit(inputs, label)
"""
CODE = f"""{HEADER}
    def train(inputs, label):
        steps = FunctionTransformer(np.square)
        return make_pipeline(prepared(inputs, steps), LinearRegression()).fit(inputs, label)
"""
SUM = """
    import numpy as np
    from mainstay.bundle import protobuf
    from mainstay.bundle.protobuf import Node, Tensor

    def train(inputs: np.ndarray, label):
        size = inputs.shape[1]
        known = Node("Where", ["absent", "zero", "x"], "known", {{}})
        nodes = [
            Node("IsNaN", ["x"], "absent", {{}}), known,
            Node("ReduceSum", ["known", "axis"], "out", {{}}),
        ]
        constants = {{"zero": np.zeros(1, np.{kind}), "axis": np.array([1])}}
        kind = protobuf.KINDS["{kind}"]
        tensors = Tensor("x", kind, ("rows", size)), Tensor("out", kind, ("rows", 1))
        content = protobuf.model(nodes, constants, tensors, {{"": 18}})
        open("sum.onnx", "wb").write(content)
        return "sum.onnx"
"""
Fitted = Callable[..., Making]


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    environment = Environment(Path(sys.prefix), platform.python_version(), "")
    with Worker(environment, fit.PROGRAM) as worker:
        yield worker


@pytest.fixture
def fitted(worker: Worker, tmp_path: Path) -> Fitted:
    """A model.py fitted on some rows and saved, ready for its engine."""

    def made(model: str, *, beyond: float = 0.0) -> Making:
        code, folder = tmp_path / "code", tmp_path / "engine"
        code.mkdir()
        folder.mkdir()
        (code / "model.py").write_text(dedent(model))
        rows = drawn(2_000)
        rows[:, 1] += beyond
        training = Training(code, INPUTS, rows, signal(rows), "regression")
        fit.fitted(worker, training)
        fit.saved(worker, folder)
        return Making(training, worker, folder)

    return made


@pytest.mark.slow
@pytest.mark.parametrize(("model", "kind"), [(FOREST, "onnx"), (LINE, "linear")])
def test_a_pipeline_is_served_from_its_form_proven_on_hard_rows(
    fitted: Fitted, model: str, kind: str
) -> None:
    made = ladder.climbed(fitted(model))

    assert (made.kind, made.note) == (kind, "")
    assert max(made.proof.ordinary.max_ulp, made.proof.adversarial.max_ulp) <= 4
    assert made.proof.ordinary.rows == 2_000
    assert made.proof.adversarial.rows > 2_000
    assert sorted(made.files) == [runtime.FORM, runtime.GRAPH][: 2 if kind == "onnx" else 1]


@pytest.mark.slow
def test_a_forest_is_exact_and_met_at_its_splits(fitted: Fitted) -> None:
    made = ladder.climbed(fitted(FOREST))

    assert made.proof.exact
    assert made.proof.tried.kinds["beside splits"] > 1_000
    assert made.proof.tried.met > 300


def test_code_in_a_pipeline_goes_to_the_process_with_the_reason(fitted: Fitted) -> None:
    made = ladder.climbed(fitted(CODE))

    assert made.kind == "worker"
    assert made.note.endswith(
        "the portable form does not hold sklearn.FunctionTransformer with func='square'"
    )


def test_a_file_of_the_user_is_its_own_engine(fitted: Fitted) -> None:
    making = fitted(SUM.format(kind="float64"))

    made = ladder.climbed(making)

    assert (made.kind, made.files) == ("onnx", {})
    assert made.proof.exact
    assert (making.folder / "model.onnx").is_file()


def test_a_file_that_loses_digits_of_the_rows_stops_the_build(fitted: Fitted) -> None:
    making = fitted(SUM.format(kind="float32"), beyond=2.0**24)

    with pytest.raises(Mistake, match=r"hour comes as tensor\(float\) and loses digits") as caught:
        ladder.climbed(making)

    assert caught.value.hint.startswith("export the model with double inputs")


def test_without_onnxruntime_a_form_says_what_to_install_and_a_file_stops(
    fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    making = fitted(FOREST)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    assert list(portable.formal(making)) == [
        "this needs the extra 'onnx' (pip install 'mainstay[onnx]')"
    ]
    (making.folder / portable.OWN).write_bytes(b"")
    with pytest.raises(MissingExtra):
        list(portable.given(making))
    assert np.isnan(making.training.rows).any()
