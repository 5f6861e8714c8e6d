"""Bit for bit what the scikit-learn wrapper says, rows one ulp beside every split included."""

import math
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import numpy as np
import pytest
from mixed_rows import INPUTS, Matrix, drawn, frame, signal

from mainstay.bundle import parity, trees
from mainstay.bundle.lightgbm import Booster
from mainstay.core.errors import Broken, Unavailable

LIBRARY = next(Path(str(lightgbm.__file__)).parent.rglob("lib_lightgbm.*"))
SIZE: dict[str, Any] = {"n_estimators": 40, "num_leaves": 15, "verbose": -1, "n_jobs": 1}
Lines = dict[str, list[str]]
SPLIT = ("split_feature", "threshold", "left_child", "right_child")


class Case(NamedTuple):
    """A fitted model as a file, real rows, and what the wrapper says of rows."""

    path: Path
    rows: Matrix
    original: Callable[[Matrix], Matrix]


@pytest.fixture(scope="module", params=["binary", "regression", "multiclass"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    rows = drawn(8_000)
    wanted = signal(rows)
    if request.param == "regression":
        model: Any = lightgbm.LGBMRegressor(**SIZE).fit(frame(rows), wanted)
        original = lambda given: model.predict(frame(given))  # noqa: E731
    else:
        edges = [4.0] if request.param == "binary" else [3.0, 5.0]
        model = lightgbm.LGBMClassifier(**SIZE).fit(frame(rows), np.digitize(wanted, edges))
        last = slice(None) if request.param == "multiclass" else 1
        original = lambda given: model.predict_proba(frame(given))[:, last]  # noqa: E731
    path = tmp_path_factory.mktemp("lightgbm") / "model.txt"
    path.write_text(model.booster_.model_to_string())
    return Case(path, rows, original)


def moved_up(tree: Lines, node: int) -> None:
    tree["threshold"][node] = repr(math.nextafter(float(tree["threshold"][node]), math.inf))


def moved_down(tree: Lines, node: int) -> None:
    tree["threshold"][node] = repr(math.nextafter(float(tree["threshold"][node]), -math.inf))


def in_single_precision(tree: Lines, node: int) -> None:
    tree["threshold"][node] = repr(float(np.float32(tree["threshold"][node])))


def swapped(tree: Lines, node: int) -> None:
    left, right = tree["left_child"], tree["right_child"]
    left[node], right[node] = right[node], left[node]


def read(block: str) -> Lines:
    """What the lines of one tree say that tell of its splits."""
    lines = dict(line.partition("=")[::2] for line in block.splitlines())
    return {name: lines[name].split(" ") for name in SPLIT if name in lines}


def planted(block: str, plant: Callable[[Lines, int], None], node: int) -> str:
    tree = read(block)
    plant(tree, node)
    for name, values in tree.items():
        block = re.sub(rf"(?m)^{name}=.*$", f"{name}={' '.join(values)}", block)
    return block


def nodes_of_numbers(tree: Lines) -> list[int]:
    """Splits of a number, zero apart: what LightGBM takes for zero has no neighbours."""
    splits = zip(tree.get("split_feature", []), tree.get("threshold", []), strict=True)
    return [at for at, (one, value) in enumerate(splits) if one in "34" and abs(float(value)) > 1]


def test_ordinary_and_adversarial_rows_score_bit_for_bit_alike(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    hard = parity.adversarial(case.rows, INPUTS, trees.of_lightgbm(case.path.read_text()))

    proof = parity.proof(case.original, booster.scores, case.rows, hard)

    assert proof.exact, proof
    assert (proof.ordinary.rows, proof.adversarial.rows > 2_000) == (8_000, True)


def test_one_row_scores_bit_for_bit_like_many(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    hard = parity.adversarial(case.rows, INPUTS, trees.of_lightgbm(case.path.read_text()))
    rows = np.vstack([case.rows[:1_000], hard.rows[::10]])
    together = booster.scores(rows)

    alone = [booster.score(tuple(row)) for row in rows.tolist()]

    first = together if together.ndim == 1 else together[:, 0]
    assert parity.compared(first, np.array(alone)).exact


@pytest.mark.parametrize(
    "plant", [moved_up, moved_down, in_single_precision, swapped], ids=lambda one: one.__name__
)
def test_an_error_planted_at_any_split_is_found(
    case: Case, tmp_path: Path, plant: Callable[[Lines, int], None]
) -> None:
    blocks = case.path.read_text().split("\nTree=")
    blocks[0] = re.sub(r"tree_sizes=.*\n", "", blocks[0])  # else another length is no model
    hard = parity.adversarial(case.rows, INPUTS, trees.of_lightgbm(case.path.read_text()))
    expected = Booster(case.path, LIBRARY).scores(hard.rows)
    found = []
    for place in range(1, len(blocks), len(blocks) // 8):
        for node in nodes_of_numbers(read(blocks[place]))[:4]:
            changed = planted(blocks[place], plant, node)
            other = tmp_path / "other.txt"
            other.write_text("\nTree=".join([*blocks[:place], changed, *blocks[place + 1 :]]))
            scores = Booster(other, LIBRARY).scores(hard.rows)
            found.append(parity.compared(expected, scores).differ > 0)

    assert len(found) > 10
    assert all(found)


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


REGRESSIONS = (
    *("l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie", "cross_entropy"),
)
SMALL: dict[str, Any] = {"n_estimators": 12, "num_leaves": 7, "verbose": -1, "n_jobs": 1}


def halves(label: Matrix, scores: Matrix) -> tuple[Matrix, Matrix]:
    """A squared loss of one's own."""
    return scores - label, np.ones_like(label)


@pytest.mark.parametrize(
    "settings",
    [
        *({"objective": one} for one in REGRESSIONS),
        {"boosting_type": "dart"},
        {"boosting_type": "rf", "subsample": 0.7, "subsample_freq": 1},
        {"linear_tree": True},
        pytest.param({"objective": halves}, id="a loss of one's own"),
        {"zero_as_missing": True},
        {"use_missing": False},
        {"max_bin": 15, "extra_trees": True},
    ],
    ids=str,
)
def test_whatever_a_regression_is_told_to_do_it_is_proven(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    rows = drawn(1_500)
    label = signal(rows) / 20 if settings.get("objective") == "cross_entropy" else signal(rows) + 1
    model = lightgbm.LGBMRegressor(**SMALL, **settings).fit(frame(rows), label)

    proof = proven(model.booster_, lambda given: model.predict(frame(given)), rows, tmp_path)

    assert proof.exact, proof


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "settings",
    [
        {"boosting_type": "dart"},
        {"is_unbalance": True},
        {"objective": "multiclassova"},
        {"sigmoid": 2.0},
    ],
    ids=str,
)
def test_whatever_a_classification_is_told_to_do_it_is_proven(
    settings: dict[str, Any], classes: int, tmp_path: Path
) -> None:
    rows = drawn(1_500)
    label = np.digitize(signal(rows), [3.0, 5.0][: classes - 1])
    if classes == 2 and "objective" in settings:
        settings = {"objective": "cross_entropy"}
    model = lightgbm.LGBMClassifier(**SMALL, **settings).fit(frame(rows), label)

    def original(given: Matrix) -> Matrix:
        said = np.asarray(model.predict_proba(frame(given)))
        return said if classes > 2 else said[:, 1]

    proof = proven(model.booster_, original, rows, tmp_path)

    assert proof.exact, proof


@pytest.mark.filterwarnings("ignore:The argument 'eval_set' is deprecated")
def test_a_model_stopped_early_answers_by_its_best_iteration(tmp_path: Path) -> None:
    rows, noise = drawn(1_500), np.random.default_rng(1).random(300) > 0.5
    model = lightgbm.LGBMClassifier(**{**SMALL, "n_estimators": 60}).fit(
        frame(rows), signal(rows) > 4, eval_set=[(frame(rows[:300]), noise)],
        callbacks=[lightgbm.early_stopping(30, verbose=False)],
    )  # fmt: skip

    proof = proven(
        model.booster_, lambda given: model.predict_proba(frame(given))[:, 1], rows, tmp_path
    )

    assert model.best_iteration_ < 30
    assert proof.exact, proof


def proven(
    booster: lightgbm.Booster, original: Callable[[Matrix], Matrix], rows: Matrix, folder: Path
) -> parity.Proof:
    path = folder / "model.txt"
    path.write_text(booster.model_to_string())
    hard = parity.adversarial(rows, INPUTS, trees.of_lightgbm(path.read_text()))
    return parity.proof(original, Booster(path, LIBRARY).scores, rows, hard)


def test_base_and_contributions_make_the_margin(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    model = lightgbm.Booster(model_file=str(case.path))
    width = len(INPUTS) + 1
    wanted = np.asarray(model.predict(frame(case.rows[:50]), pred_contrib=True))
    margins = np.asarray(model.predict(frame(case.rows[:50]), raw_score=True)).reshape(50, -1)

    for row, said, margin in zip(case.rows[:50].tolist(), wanted, margins, strict=True):
        for output in range(booster.classes):
            found = booster.contributions(row, output)

            assert [*found.of, found.base] == said[output * width : (output + 1) * width].tolist()
            assert found.margin == margin[output]
            assert found.base + found.of.sum() == pytest.approx(found.margin, rel=1e-9, abs=1e-12)


def test_averaged_trees_add_up_too_and_trees_that_end_in_lines_say_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = drawn(1_000)
    bagged = {"boosting_type": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    made = []
    for name, shape in (("rf.txt", bagged), ("lines.txt", {"linear_tree": True})):
        model = lightgbm.LGBMRegressor(**SIZE, **shape).fit(rows[:, 1:], signal(rows))
        (tmp_path / name).write_text(model.booster_.model_to_string())
        made.append(Booster(tmp_path / name, LIBRARY))
    row = [7.0, 1.0, 20.5, 3.0]

    averaged = made[0].contributions(row, 0)

    assert averaged.base + averaged.of.sum() == pytest.approx(averaged.margin, rel=1e-9)
    with pytest.raises(Unavailable, match="trees that end in lines"):
        made[1].contributions(row, 0)
    assert not capfd.readouterr().err


def test_a_closed_model_gives_no_contributions(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    booster.close()

    with pytest.raises(Unavailable, match="was closed"):
        booster.contributions(case.rows[0].tolist(), 0)
