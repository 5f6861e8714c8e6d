"""Bit for bit what the scikit-learn wrapper says, beside every split in float32 included."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import xgboost
from mixed_rows import INPUTS, Matrix, drawn, frame, signal

from mainstay.bundle import parity, trees
from mainstay.bundle.xgboost import Booster
from mainstay.core.errors import Broken, Unavailable

HOME = Path(str(xgboost.__file__)).parent
LIBRARY = next(HOME.rglob("libxgboost.*"))
SIZE: dict[str, Any] = {
    "n_estimators": 25,
    "max_depth": 5,
    "enable_categorical": True,
    "n_jobs": 1,
}
SMALL: dict[str, Any] = {**SIZE, "n_estimators": 10, "max_depth": 4}


class Case(NamedTuple):
    """A fitted model as a file, real rows, and what the wrapper says of rows."""

    path: Path
    rows: Matrix
    original: Callable[[Matrix], Matrix]


@pytest.fixture(scope="module", params=["binary", "regression", "multiclass"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    rows = drawn(6_000)
    wanted = signal(rows)
    if request.param == "regression":
        model: Any = xgboost.XGBRegressor(**SIZE).fit(frame(rows), wanted)
    else:
        edges = [4.0] if request.param == "binary" else [3.0, 5.0]
        model = xgboost.XGBClassifier(**SIZE).fit(frame(rows), np.digitize(wanted, edges))
    path = tmp_path_factory.mktemp("xgboost") / "model.json"
    path.write_bytes(model.get_booster().save_raw("json"))
    return Case(path, rows, lambda given: said(model, given))


def said(model: Any, given: Matrix) -> Matrix:
    """As the worker hands it on: float64."""
    if not hasattr(model, "predict_proba"):
        return np.asarray(model.predict(frame(given)), dtype=np.float64)
    scores = np.asarray(model.predict_proba(frame(given)), dtype=np.float64)
    return scores if scores.shape[1] > 2 else scores[:, 1].copy()


def hard_of(path: Path, rows: Matrix) -> parity.Hard:
    return parity.adversarial(rows, INPUTS, trees.of_xgboost(path.read_text()))


def test_ordinary_and_adversarial_rows_score_bit_for_bit_alike(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    hard = hard_of(case.path, case.rows)

    proof = parity.proof(case.original, booster.scores, case.rows, hard)

    assert proof.exact, proof
    assert (proof.ordinary.rows, hard.met > 300) == (6_000, True)


def test_one_row_scores_bit_for_bit_like_many(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    rows = np.vstack([case.rows[:500], hard_of(case.path, case.rows).rows[::10]])
    together = booster.scores(rows)

    alone = [booster.score(tuple(row)) for row in rows.tolist()]

    first = together if together.ndim == 1 else together[:, 0]
    assert parity.compared(first, np.array(alone)).exact


def moved_up(tree: dict[str, Any], node: int) -> None:
    split = np.float32(tree["split_conditions"][node])
    tree["split_conditions"][node] = float(np.nextafter(split, np.float32(np.inf)))


def moved_down(tree: dict[str, Any], node: int) -> None:
    split = np.float32(tree["split_conditions"][node])
    tree["split_conditions"][node] = float(np.nextafter(split, np.float32(-np.inf)))


def swapped(tree: dict[str, Any], node: int) -> None:
    left, right = tree["left_children"], tree["right_children"]
    left[node], right[node] = right[node], left[node]


@pytest.mark.parametrize("plant", [moved_up, moved_down, swapped], ids=lambda one: one.__name__)
def test_an_error_planted_at_any_split_is_found(
    case: Case, tmp_path: Path, plant: Callable[[dict[str, Any], int], None]
) -> None:
    hard = hard_of(case.path, case.rows).rows
    expected = Booster(case.path, LIBRARY).scores(hard)
    places = np.random.default_rng(0).permutation(25)[:3]
    found = [
        parity.compared(expected, Booster(other, LIBRARY).scores(hard)).differ > 0
        for place in places.tolist()
        for other in planted(case.path, tmp_path / "other.json", place, plant)
    ]

    assert len(found) > 10
    assert all(found)


def planted(
    path: Path, other: Path, place: int, plant: Callable[[dict[str, Any], int], None]
) -> Any:
    """The model with an error in a tree, once for each of four splits of a number."""
    tree = json.loads(path.read_text())["learner"]["gradient_booster"]["model"]["trees"][place]
    splits = zip(tree["left_children"], tree["split_indices"], strict=True)
    nodes = [node for node, (left, one) in enumerate(splits) if left >= 0 and one >= 3]
    for node in nodes[:4]:
        model = json.loads(path.read_text())
        plant(model["learner"]["gradient_booster"]["model"]["trees"][place], node)
        other.write_text(json.dumps(model))
        yield other


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


def test_a_matrix_of_other_columns_is_refused(case: Case) -> None:
    with pytest.raises(ValueError, match=r"\(3, 4\) is no matrix of 5 columns"):
        Booster(case.path, LIBRARY).scores(np.zeros((3, 4)))


def test_a_closed_model_says_so_and_closing_twice_is_closing_once(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    booster.close()
    booster.close()

    for scored in (lambda: booster.score(case.rows[0]), lambda: booster.scores(case.rows[:9])):
        with pytest.raises(Unavailable, match="was closed"):
            scored()


def test_a_model_may_be_closed_while_others_score(case: Case) -> None:
    boosters = [Booster(case.path, LIBRARY) for _ in range(4)]

    def scored(booster: Booster) -> None:
        while True:
            booster.score(case.rows[0])
            booster.scores(case.rows[:50])

    with ThreadPoolExecutor(len(boosters)) as pool:
        ended = [pool.submit(scored, booster) for booster in boosters]
        for booster in boosters:
            booster.close()

    assert all("was closed" in str(one.exception()) for one in ended)


def halves(label: Matrix, scores: Matrix) -> tuple[Matrix, Matrix]:
    """A squared loss of one's own."""
    return scores - label, np.ones_like(label)


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "reg:absoluteerror"},
        {"objective": "reg:squaredlogerror"},
        {"objective": "reg:pseudohubererror"},
        {"objective": "count:poisson"},
        {"objective": "reg:gamma"},
        {"objective": "reg:tweedie"},
        {"objective": "reg:quantileerror", "quantile_alpha": 0.9},
        pytest.param({"objective": halves}, id="a loss of one's own"),
        {"booster": "dart", "rate_drop": 0.3},
        {"tree_method": "exact", "enable_categorical": False},
        {"tree_method": "approx"},
        {"grow_policy": "lossguide", "max_leaves": 9},
        {"num_parallel_tree": 3, "subsample": 0.6},
        {"base_score": 0.7},
        {"max_cat_to_onehot": 1},
    ],
    ids=str,
)
def test_whatever_a_regression_is_told_to_do_it_is_proven(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    rows = drawn(1_500)
    if not settings.get("enable_categorical", True):
        rows[:, 0] = 0.0
    model = xgboost.XGBRegressor(**{**SMALL, **settings})
    given = frame(rows) if settings.get("enable_categorical", True) else rows
    model.fit(given, signal(rows) + 1)
    if given is rows:
        original = lambda some: np.asarray(model.predict(some), dtype=np.float64)  # noqa: E731
    else:
        original = lambda some: said(model, some)  # noqa: E731

    proof = proven(model, original, rows, tmp_path)

    assert proof.exact, proof


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    "settings", [{"booster": "dart"}, {"num_parallel_tree": 2, "subsample": 0.5}], ids=str
)
def test_whatever_a_classification_is_told_to_do_it_is_proven(
    settings: dict[str, Any], classes: int, tmp_path: Path
) -> None:
    rows = drawn(1_500)
    label = np.digitize(signal(rows), [3.0, 5.0][: classes - 1])
    model = xgboost.XGBClassifier(**SMALL, **settings).fit(frame(rows), label)

    proof = proven(model, lambda given: said(model, given), rows, tmp_path)

    assert proof.exact, proof


@pytest.mark.parametrize("classes", [2, 3])
def test_a_model_stopped_early_answers_by_its_best_iteration(classes: int, tmp_path: Path) -> None:
    rows, noise = drawn(1_500), np.random.default_rng(1).integers(0, classes, 300)
    label = np.digitize(signal(rows), [3.0, 5.0][: classes - 1])
    model = xgboost.XGBClassifier(**SMALL, early_stopping_rounds=3).fit(
        frame(rows), label, eval_set=[(frame(rows[:300]), noise)], verbose=False
    )

    proof = proven(model, lambda given: said(model, given), rows, tmp_path)

    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    assert proof.exact, proof


def proven(
    model: Any, original: Callable[[Matrix], Matrix], rows: Matrix, folder: Path
) -> parity.Proof:
    path = folder / "model.json"
    path.write_bytes(model.get_booster().save_raw("json"))
    return parity.proof(original, Booster(path, LIBRARY).scores, rows, hard_of(path, rows))


def test_a_linear_booster_is_not_scored_in_place_and_refused(tmp_path: Path) -> None:
    rows = np.nan_to_num(drawn(500))
    model = xgboost.XGBRegressor(booster="gblinear", n_estimators=3).fit(rows, signal(rows))
    (tmp_path / "model.json").write_bytes(model.get_booster().save_raw("json"))

    with pytest.raises(Broken, match=r"not scored in place: .*not supported"):
        Booster(tmp_path / "model.json", LIBRARY)


def test_a_text_that_is_no_model_is_broken(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text('{"no": "trees here"}')

    with pytest.raises(Broken, match=r"model.json is no XGBoost model: "):
        Booster(tmp_path / "model.json", LIBRARY)


def test_a_library_that_does_not_load_is_unavailable(case: Case, tmp_path: Path) -> None:
    (tmp_path / "libxgboost.so").write_bytes(b"")

    with pytest.raises(Unavailable, match=r"library does not load here: .*too short"):
        Booster(case.path, tmp_path / "libxgboost.so")


def test_away_from_its_wheel_it_needs_only_the_libgomp_it_came_with(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "libxgboost.so").write_bytes(LIBRARY.read_bytes())
    brought = next(HOME.parent.glob("xgboost*.libs/libgomp*"))
    program = f"""
import sys
from pathlib import Path
import numpy as np
from mainstay.bundle.xgboost import Booster
from mainstay.core.errors import Unavailable
library = Path({str(tmp_path / "libxgboost.so")!r})
try:
    Booster(Path({str(case.path)!r}), library)
except Unavailable as error:
    assert "libgomp" in str(error)
else:
    raise SystemExit("it loaded without its libgomp")
Booster(Path({str(case.path)!r}), library, Path({str(brought)!r})).scores(np.zeros((2, 5)))
assert not {{"xgboost", "pandas", "sklearn", "scipy"}} & set(sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_base_and_contributions_make_the_margin_in_single_precision(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    model = xgboost.Booster(model_file=str(case.path))
    matrix = xgboost.DMatrix(frame(case.rows[:50]), enable_categorical=True)
    width = len(INPUTS) + 1
    wanted = model.predict(matrix, pred_contribs=True).reshape(50, -1, width)
    margins = model.predict(matrix, output_margin=True).reshape(50, -1)

    for row, said, margin in zip(case.rows[:50].tolist(), wanted, margins, strict=True):
        for output in range(wanted.shape[1]):
            found = booster.contributions(row, output)

            scale = np.abs(found.of).sum() + abs(found.base)
            assert [*found.of, found.base] == said[output].tolist()
            assert found.margin == margin[output]
            assert abs(found.base + found.of.sum() - found.margin) <= 1e-6 * scale


def test_scores_stay_as_they_were_beside_contributions(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    before = booster.scores(case.rows[:3])

    booster.contributions(case.rows[0].tolist(), 0)

    assert booster.scores(case.rows[:3]).tolist() == before.tolist()


def test_a_closed_model_gives_no_contributions(case: Case) -> None:
    booster = Booster(case.path, LIBRARY)
    booster.close()

    with pytest.raises(Unavailable, match="was closed"):
        booster.contributions(case.rows[0].tolist(), 0)
