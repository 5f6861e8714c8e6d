"""Bit for bit what the scikit-learn wrapper says, rows one ulp beside every split included."""

import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from mainstay.bundle import parity
from mainstay.bundle.lightgbm import Booster
from mainstay.core.errors import Broken, Unavailable
from mainstay.core.inputs import Input

LIBRARY = next(Path(str(lightgbm.__file__)).parent.rglob("lib_lightgbm.*"))
LEVELS = ("EWR", "JFK", "LGA", "SFO")
INPUTS = (
    Input("origin", "text", LEVELS),
    Input("hour", "integer"),
    Input("wet", "boolean"),
    Input("temp", "number"),
    Input("wind", "number"),
)
SIZE: dict[str, Any] = {"n_estimators": 40, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
Matrix = NDArray[np.float64]


class Case(NamedTuple):
    """A fitted model as a file, real rows, and what the wrapper says of rows."""

    path: Path
    rows: Matrix
    original: Callable[[Matrix], Matrix]


@pytest.fixture(scope="module", params=["binary", "regression", "multiclass"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    rows = drawn(8_000)
    signal = np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 3]) / 9 + rows[:, 1] * rows[:, 2] / 5
    if request.param == "regression":
        model: Any = lightgbm.LGBMRegressor(**SIZE).fit(frame(rows), signal)
        original = lambda given: model.predict(frame(given))  # noqa: E731
    else:
        edges = [4.0] if request.param == "binary" else [3.0, 5.0]
        model = lightgbm.LGBMClassifier(**SIZE).fit(frame(rows), np.digitize(signal, edges))
        last = slice(None) if request.param == "multiclass" else 1
        original = lambda given: model.predict_proba(frame(given))[:, last]  # noqa: E731
    path = tmp_path_factory.mktemp("lightgbm") / "model.txt"
    path.write_text(model.booster_.model_to_string())
    return Case(path, rows, original)


def drawn(count: int) -> Matrix:
    draw = np.random.default_rng(0)
    rows = np.column_stack(
        [
            draw.integers(0, len(LEVELS), count),
            draw.integers(0, 24, count),
            draw.integers(0, 2, count),
            draw.normal(20, 9, count),
            draw.gamma(2.0, 3.0, count),
        ]
    )
    for column in (0, 3, 4):
        rows[draw.random(count) < 0.1, column] = np.nan
    return rows


def frame(rows: Matrix) -> pd.DataFrame:
    codes = np.where(np.isnan(rows[:, 0]), -1, rows[:, 0]).astype(int)
    origin = pd.Categorical.from_codes(codes, categories=list(LEVELS))
    numbers = {one.name: rows[:, place] for place, one in enumerate(INPUTS) if place}
    return pd.DataFrame({"origin": origin, **numbers})


def test_ordinary_and_adversarial_rows_score_bit_for_bit_alike(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    hard = parity.adversarial(case.rows, INPUTS, case.path.read_text())

    proof = parity.proof(case.original, booster.scores, case.rows, hard)

    assert proof.exact, proof
    assert (proof.ordinary.rows, proof.adversarial.rows > 2_000) == (8_000, True)


def test_one_row_scores_bit_for_bit_like_many(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    hard = parity.adversarial(case.rows, INPUTS, case.path.read_text())
    rows = np.vstack([case.rows[:1_000], hard[:2_000]])
    together = booster.scores(rows)

    alone = [booster.score(tuple(row)) for row in rows.tolist()]

    first = together if together.ndim == 1 else together[:, 0]
    assert parity.compared(first, np.array(alone)).exact


def test_a_changed_threshold_does_not_go_unnoticed(case: Case, tmp_path: Path) -> None:
    text = case.path.read_text()
    root = r"^split_feature=[34] .*?^threshold=(\d+\.\d{14,})"
    (split, *_) = re.findall(root, text, re.MULTILINE | re.DOTALL)
    other = tmp_path / "other.txt"
    other.write_text(text.replace(split, split[:-1] + ("7" if split[-1] < "5" else "2")))
    hard = parity.adversarial(case.rows, INPUTS, text)

    proof = parity.proof(case.original, Booster(other, LIBRARY).scores, case.rows, hard)

    assert proof.adversarial.differ > 0


def test_shapes_follow_the_task(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    expected = case.original(case.rows[:7]).shape

    assert booster.scores(case.rows[:7]).shape == expected
    assert booster.scores(np.empty((0, 5))).shape == (0, *expected[1:])
    assert (booster.inputs, booster.classes) == (5, expected[1] if len(expected) > 1 else 1)


def test_threads_share_one_booster(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    rows = case.rows[:500].tolist()
    expected = [booster.score(row) for row in rows]

    with ThreadPoolExecutor(8) as threads:
        scores = list(threads.map(booster.score, rows))

    assert scores == expected


def test_more_threads_for_a_batch_change_nothing(case: Case) -> None:
    one, two = (Booster(case.path, LIBRARY, threads=threads) for threads in (1, 2))

    assert parity.compared(one.scores(case.rows), two.scores(case.rows)).exact


def test_a_matrix_of_other_columns_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match=r"\(3, 4\) is no matrix of 5 columns"):
        Booster(case.path, LIBRARY).scores(np.zeros((3, 4)))


def test_closing_twice_is_closing_once(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)

    booster.close()
    booster.close()

    assert not booster._end.alive


def test_a_closed_model_says_so_and_nothing_else_happens(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    booster.close()

    for scored in (lambda: booster.score(case.rows[0]), lambda: booster.scores(case.rows[:9])):
        with pytest.raises(Unavailable, match="was closed"):
            scored()


def test_a_model_may_be_closed_while_others_score(case: Case) -> None:
    boosters = [Booster(case.path, LIBRARY) for _ in range(20)]

    def scored(booster: Booster) -> None:
        while True:
            booster.score(case.rows[0])
            booster.scores(case.rows[:50])

    with ThreadPoolExecutor(len(boosters)) as pool:
        ended = [pool.submit(scored, booster) for booster in boosters]
        for booster in boosters:
            booster.close()

    assert all("was closed" in str(one.exception()) for one in ended)


def test_a_text_that_is_no_model_is_broken(tmp_path: Path) -> None:
    (tmp_path / "model.txt").write_text("no trees here")

    with pytest.raises(Broken, match=r"model.txt is no LightGBM model: .*number of classes"):
        Booster(tmp_path / "model.txt", LIBRARY)


def test_a_library_that_does_not_load_is_unavailable(case: Case, tmp_path: Path) -> None:
    (tmp_path / "lib_lightgbm.so").write_bytes(b"")

    with pytest.raises(Unavailable, match=r"library does not load here: .*too short"):
        Booster(case.path, tmp_path / "lib_lightgbm.so")


def test_a_machine_without_libgomp_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    (tmp_path / "libgomp.so.1").write_bytes(b"")
    program = f"""
from pathlib import Path
from mainstay.bundle.lightgbm import Booster
from mainstay.core.errors import Unavailable
try:
    Booster(Path("model.txt"), Path({str(LIBRARY)!r}))
except Unavailable as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert "libgomp.so.1: file too short" in run.stdout, run.stderr


def test_neither_lightgbm_nor_pandas_is_imported_and_nothing_is_printed(case: Case) -> None:
    program = f"""
import sys
from pathlib import Path
import numpy as np
from mainstay.bundle.lightgbm import Booster
Booster(Path({str(case.path)!r}), Path({str(LIBRARY)!r})).scores(np.zeros((2, 5)))
assert not {{"lightgbm", "pandas", "sklearn", "scipy"}} & set(sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
