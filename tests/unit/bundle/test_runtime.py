"""Bundles as they are built: a LightGBM model fitted in its process, exported and saved."""

import functools
import os
import platform
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
import xgboost

from mainstay.bundle import golden, manifest, parity, runtime, trees
from mainstay.bundle.baseline import Cell, Rates
from mainstay.bundle.environment import Environment
from mainstay.bundle.guard import Judgement, RequestColumn
from mainstay.bundle.manifest import Engine, Manifest
from mainstay.bundle.runtime import Answer, Original, Runtime
from mainstay.bundle.worker import Worker
from mainstay.core import digest
from mainstay.core.columns import Text
from mainstay.core.errors import Broken, Mistake, Refused, Unavailable
from mainstay.core.expressions import Call, ColumnOf, Literal, Output
from mainstay.core.inputs import Input
from mainstay.core.rules import FieldRule
from mainstay.trainer import fit, importer
from mainstay.trainer.fit import PROGRAM, Training
from mainstay.trainer.importer import Native

PYTHON = platform.python_version()
INPUTS = (
    Input("origin", "text", ("EWR", "JFK", "LGA")),
    Input("late_hour", "integer"),
    Input("temp", "number"),
)
LATE_HOUR = Call("add", (ColumnOf("hour", "int64"), Literal(1, "int64")), "int64")
OUTPUTS = (
    Output("origin", ColumnOf("origin", "string")),
    Output("late_hour", LATE_HOUR),
    Output("temp", ColumnOf("temp", "float64")),
)
REQUEST = (
    RequestColumn("flight_id", "string", "key"),
    RequestColumn("origin", "string"),
    RequestColumn("hour", "int64"),
    RequestColumn("temp", "float64"),
)
RULES = (
    FieldRule("hour", "integer", nullable=False, on_breach="reject", low=0, high=23),
    FieldRule("temp", "number", nullable=True, on_breach="fallback", low=-30, high=130),
    FieldRule("origin", "string", nullable=False, on_breach="flag", levels=("EWR", "JFK", "LGA")),
)
BASELINE = Rates(("origin",), (Cell(("JFK",), 0.75), Cell(("EWR",), 0.125)), 0.25)
MODEL = """
import lightgbm

SIZE = {"n_estimators": 10, "num_leaves": 7, "verbose": -1, "n_jobs": 1}

def train(inputs, label):
    if label.dtype == float:
        return lightgbm.LGBMRegressor(**SIZE).fit(inputs, label)
    return lightgbm.LGBMClassifier(**SIZE).fit(inputs, label)
"""
LIGHT = """
import numpy as np

class Light:
    classes_ = [False, True]

    def predict_proba(self, inputs):
        return np.column_stack([inputs[:, 1], inputs[:, 1] / 10])

def train(inputs: np.ndarray, label): ...
"""
RECORD = '{{"flight_id": "{0}", "origin": {1}, "hour": {2}, "temp": {3}}}'


class Built(NamedTuple):
    """A bundle, its digest, and where environments lie."""

    folder: Path
    digest: str
    environments: Path
    rows: np.ndarray

    def opened(self, **arguments: str) -> Runtime:
        return runtime.opened(
            self.folder, self.environments, **{"expected": self.digest, **arguments}
        )


@pytest.fixture(scope="module")
def of_task(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    return functools.cache(lambda task: built(tmp_path_factory.mktemp(task), task))


@pytest.fixture(
    params=[
        "binary",
        pytest.param("regression", marks=pytest.mark.slow),
        pytest.param("multiclass", marks=pytest.mark.slow),
    ]
)
def task(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def any_task(task: str, of_task: Callable[[str], Built]) -> Built:
    return of_task(task)


@pytest.fixture
def binary(of_task: Callable[[str], Built]) -> Built:
    return of_task("binary")


@pytest.fixture
def opened(binary: Built) -> Iterator[Runtime]:
    made = binary.opened(version="v3")
    yield made
    made.close()


@pytest.fixture
def changed(
    binary: Built, tmp_path: Path
) -> Callable[[Callable[[Path, Manifest], Manifest]], Built]:
    """The bundle built anew after a change of its files and its manifest."""

    def made(change: Callable[[Path, Manifest], Manifest]) -> Built:
        folder = tmp_path / "changed"
        shutil.copytree(binary.folder, folder)
        stated = change(folder, manifest.read(folder))
        (folder / manifest.FILE).unlink()
        return binary._replace(folder=folder, digest=manifest.written(folder, stated))

    return made


def built(place: Path, task: str) -> Built:
    folder, environments = place / "bundle", place / "environments"
    for made in (folder / "code", folder / "engine", environments):
        made.mkdir(parents=True)
    (folder / "code" / "model.py").write_text(MODEL)
    (folder / "pylock.toml").write_text('lock-version = "1.0"\n')
    lock = digest.of_file(folder / "pylock.toml")
    (environments / f"{lock}-{PYTHON}").symlink_to(sys.prefix)
    shutil.copy(PROGRAM, folder / "engine")
    training = drawn(folder / "code", task)
    with Worker(Environment(Path(sys.prefix), PYTHON, ""), PROGRAM) as worker:
        fitted = fit.fitted(worker, training)
        native = importer.exported(worker, INPUTS, folder / "engine")
        saved = fit.saved(worker, folder / "engine")
    assert isinstance(native, Native)
    files = {
        runtime.BOOSTER: native.model,
        runtime.LIBRARY: native.library,
        runtime.PROCESS: folder / "engine" / PROGRAM.name,
        runtime.ORIGINAL: saved.path,
    }
    places = {role: str(path.relative_to(folder)) for role, path in files.items()}
    stated = Manifest(
        model="flight-delay", task=training.task, classes=fitted.classes, seed=0, request=REQUEST,
        rules=RULES, outputs=OUTPUTS, inputs=INPUTS, baseline=BASELINE,
        threshold=0.5 if task == "binary" else None,
        baseline_threshold=0.25 if task == "binary" else None, engine=Engine("lightgbm", places),
        python=PYTHON, platform=native.platform, versions={}, contract="", datasets=(), code={},
    )  # fmt: skip
    return Built(folder, manifest.written(folder, stated), environments, training.rows)


def drawn(code: Path, task: str) -> Training:
    draw = np.random.default_rng(0)
    rows = np.column_stack(
        [draw.integers(0, 3, 3000), draw.integers(1, 25, 3000), draw.normal(60, 20, 3000)]
    ).astype(float)
    signal = rows[:, 0] + rows[:, 1] / 12
    rows[::9, 2] = np.nan
    rows[::13, 0] = np.nan
    if task == "regression":
        return Training(code, INPUTS, rows, signal, "regression")
    if task == "multiclass":
        levels = Text(
            np.digitize(signal, [1.5, 2.5]).astype(np.int32), ("early", "late", "on time")
        )
        return Training(code, INPUTS, rows, levels, "multiclass")
    return Training(code, INPUTS, rows, signal > 2, "binary")


def judged(made: Runtime, origin: str = '"JFK"', hour: str = "6", temp: str = "50.5") -> Judgement:
    body = f'{{"records": [{RECORD.format("UA-1", origin, hour, temp)}]}}'
    judgements = made.guard.judged(body.encode())
    assert isinstance(judgements, list)
    return judgements[0]


def light(folder: Path, stated: Manifest) -> Manifest:
    """Served by its process, and quick to start."""
    original = folder / stated.engine.files[runtime.ORIGINAL]
    (folder / "code" / "model.py").write_text(LIGHT)
    original.write_bytes(b"cmodel\nLight\n)\x81.")
    return msgspec.structs.replace(stated, engine=Engine("worker", stated.engine.files))


def boosted(folder: Path, stated: Manifest) -> Manifest:
    """An XGBoost model of the label that the rows have, with the library of its wheel."""
    home = Path(str(xgboost.__file__)).parent
    training = drawn(folder / "code", "binary")
    model = xgboost.XGBClassifier(n_estimators=5, feature_types=["c", "float", "float"])
    model.set_params(enable_categorical=True).fit(training.rows, training.label)
    (folder / "engine" / "model.json").write_bytes(model.get_booster().save_raw("json"))
    files = dict(stated.engine.files)
    brought = {
        runtime.LIBRARY: next(home.rglob("libxgboost.*")),
        runtime.OPENMP: next(home.parent.glob("xgboost*.libs/libgomp*")),
    }
    for role, path in brought.items():
        shutil.copy(path, folder / "engine")
        files[role] = f"engine/{path.name}"
    files[runtime.BOOSTER] = "engine/model.json"
    (folder / "expected.json").write_bytes(
        msgspec.json.encode(model.predict_proba(training.rows)[:, 1].astype(float).tolist())
    )
    return msgspec.structs.replace(stated, engine=Engine("xgboost", files))


def without_library(folder: Path, stated: Manifest) -> Manifest:
    (folder / stated.engine.files[runtime.LIBRARY]).write_bytes(b"")
    return stated


def test_the_native_engine_and_the_original_say_the_same_bit_for_bit(any_task: Built) -> None:
    native = any_task.opened()
    original = runtime.original(any_task.folder, any_task.environments, expected=any_task.digest)
    forest = trees.of_lightgbm((any_task.folder / "engine" / "model.txt").read_text())
    hard = parity.adversarial(any_task.rows, INPUTS, forest)

    proof = parity.proof(original.scores, native.scores, any_task.rows, hard)
    original.close()

    assert proof.exact, proof
    assert native.notes == ()


def test_one_row_and_many_give_the_same_score(opened: Runtime, binary: Built) -> None:
    many = opened.scores(binary.rows[:200])

    assert [opened.score(row) for row in binary.rows[:200].tolist()] == many.tolist()


def test_an_answer_is_the_models_with_score_decision_and_version(opened: Runtime) -> None:
    inputs = [1.0, 7.0, 50.5]

    answer = opened.answer(judged(opened))

    assert answer == Answer(opened.score(inputs), opened.score(inputs) >= 0.5, "model", (), "v3")


def test_the_decision_turns_at_the_threshold(opened: Runtime) -> None:
    answers = [opened.answer(judged(opened, hour=str(hour))) for hour in range(24)]

    assert {answer.decision for answer in answers} == {False, True}
    assert all(answer.decision == (answer.score >= 0.5) for answer in answers)


def test_a_flag_marks_the_models_own_answer_and_an_unseen_level_is_missing(
    opened: Runtime,
) -> None:
    answer = opened.answer(judged(opened, '"SFO"'))

    assert (answer.decided_by, answer.flags) == ("model", ("origin",))
    assert answer.score == opened.score([np.nan, 7.0, 50.5])


@pytest.mark.parametrize(
    ("origin", "expected"),
    [('"JFK"', (0.75, True)), ('"EWR"', (0.125, False)), ('"LGA"', (0.25, True))],
)
def test_where_a_rule_says_so_the_baseline_answers(
    opened: Runtime, origin: str, expected: tuple[float, bool]
) -> None:
    answer = opened.answer(judged(opened, origin, temp="999"))

    assert answer == Answer(*expected, "baseline", ("temp",), "v3")


def test_a_rejected_row_has_no_answer(opened: Runtime) -> None:
    with pytest.raises(ValueError, match="rejected row has no answer"):
        opened.answer(judged(opened, hour="99"))


def test_every_task_decides_in_its_own_way(any_task: Built, task: str) -> None:
    made = any_task.opened()

    answer = made.answer(judged(made))
    fallback = made.answer(judged(made, temp="999"))

    scores = made.scores(np.array([[1.0, 7.0, 50.5]]))[0]
    expected = {
        "binary": (scores, bool(np.all(scores >= 0.5)), True),
        "regression": (scores, scores, 0.75),
        "multiclass": (np.max(scores), ("early", "late", "on time")[np.argmax(scores)], None),
    }[task]
    assert (answer.score, answer.decision, fallback.decision) == expected
    assert (fallback.score, fallback.decided_by) == (0.75, "baseline")


def test_many_rows_are_answered_as_each_alone(any_task: Built) -> None:
    made = any_task.opened()
    rows = [
        judged(made), judged(made, temp="999"), judged(made, '"SFO"'),
        *(judged(made, hour=str(hour)) for hour in range(24)),
    ]  # fmt: skip

    together = made.answers(rows)

    assert together == [made.answer(row) for row in rows]
    assert made.answers([]) == []


def test_many_rows_are_one_call_and_one_refused_row_silences_nobody_else(
    changed: Callable[..., Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    def choosy(folder: Path, stated: Manifest) -> Manifest:
        made = light(folder, stated)
        (folder / "code" / "model.py").write_text(
            LIGHT.replace("        return", "        assert 9 not in inputs[:, 1]\n        return")
        )
        return made

    made = changed(choosy).opened()
    assert isinstance(made.engine, Original)
    said, calls = made.engine.said, []
    counted = lambda matrix, timeout: (calls.append(len(matrix)), said(matrix, timeout))[1]  # noqa: E731
    monkeypatch.setattr(made.engine, "said", counted)

    fine = made.answers([judged(made, hour=str(hour)) for hour in range(8)])
    mixed = made.answers([judged(made, hour=str(hour)) for hour in range(16)])
    made.close()

    assert {one.decided_by for one in fine} == {"model"}
    assert calls[0] == 8
    assert [at for at, one in enumerate(mixed) if one.decided_by == "baseline"] == [8]
    assert isinstance(made.failure, Mistake)


def test_an_xgboost_bundle_answers_by_its_own_library(changed: Callable[..., Built]) -> None:
    other = changed(boosted)

    made = other.opened()

    expected = msgspec.json.decode((other.folder / "expected.json").read_bytes())
    assert made.notes == ()
    assert made.scores(other.rows).tolist() == expected
    assert made.answer(judged(made)).decided_by == "model"


def test_who_was_in_flight_does_not_wait_for_the_next_process(
    changed: Callable[..., Built],
) -> None:
    made = changed(light).opened()
    assert isinstance(made.engine, Original)
    os.kill(made.engine.process, signal.SIGKILL)
    with made.engine._starting, ThreadPoolExecutor(1) as pool:  # somebody starts it, for long
        asked = pool.submit(made.engine.said, np.zeros((1, 3)), 5.0)

        with pytest.raises(Unavailable):
            asked.result(timeout=5)
    made.close()


def test_a_process_that_is_still_loading_its_model_is_not_there_yet(
    changed: Callable[..., Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = changed(light).opened()
    engine = made.engine
    assert isinstance(engine, Original)
    before, call, seen = engine.alive, engine._worker.call, []

    def noted(operation: str, *given: object, **named: object) -> object:
        seen.append((operation, engine._worker.alive, engine.alive))
        return call(operation, *given, **named)

    monkeypatch.setattr(engine._worker, "call", noted)
    engine._worker.stop()
    engine.start()
    after = engine.alive
    made.close()

    assert (before, after) == (True, True)
    assert seen == [("versions", True, False), ("load", True, False)]


def test_without_a_name_answers_carry_the_digest(binary: Built) -> None:
    made = binary.opened()

    assert made.answer(judged(made)).version == binary.digest[:12]


def test_records_become_the_inputs_the_door_makes(opened: Runtime) -> None:
    records = [
        RECORD.format("UA-1", '"LGA"', "5", "null").encode(),
        RECORD.format("UA-2", '"SFO"', "0", "20.5").encode(),
    ]

    made = opened.inputs(records)

    assert np.array_equal(made, [[2, 6, np.nan], [np.nan, 1, 20.5]], equal_nan=True)


@pytest.mark.parametrize("record", [b"nonsense", b"{}"])
def test_records_that_are_none_are_broken(opened: Runtime, record: bytes) -> None:
    with pytest.raises((Broken, ValueError)):
        opened.inputs([record])


def test_golden_rows_replay_on_both_engines(binary: Built, opened: Runtime) -> None:
    records = tuple(RECORD.format("UA", '"EWR"', hour, "50.5").encode() for hour in range(24))
    inputs = opened.inputs(records)
    kept = golden.Golden(records, inputs, opened.scores(inputs))
    original = runtime.original(binary.folder, binary.environments, expected=binary.digest)

    replays = [golden.replay(kept, opened.inputs, one.scores) for one in (opened, original)]
    original.close()

    assert all(replay.exact and replay.rows == 24 for replay in replays)


def test_where_the_library_does_not_load_the_original_answers_with_one_clear_line(
    changed: Callable[..., Built], opened: Runtime, binary: Built
) -> None:
    other = changed(without_library).opened()

    scores = other.scores(binary.rows)
    other.close()

    (note,) = other.notes
    assert note.startswith("LightGBM's library does not load here: ")
    assert note.endswith("too short; the model's own process answers instead")
    assert parity.compared(scores, opened.scores(binary.rows)).exact


def test_a_dead_process_is_started_again_for_the_next_row(changed: Callable[..., Built]) -> None:
    made = changed(light).opened()
    assert isinstance(made.engine, Original)
    before = made.answer(judged(made))

    os.kill(made.engine._worker.process, signal.SIGKILL)
    made.engine._worker._process.wait()
    answers = [made.answer(judged(made)) for _ in range(2)]
    made.close()

    assert before.decided_by == "model"
    assert answers[-1] == before


def test_while_the_engine_is_down_the_baseline_answers_and_the_reason_is_kept(
    changed: Callable[..., Built], tmp_path: Path
) -> None:
    made = changed(light).opened()
    assert isinstance(made.engine, Original)
    made.engine._worker.stop()
    made.engine._worker.program = tmp_path / "absent.py"

    answers = [made.answer(judged(made)), *made.answers([judged(made), judged(made)])]

    assert [(one.score, one.decided_by) for one in answers] == [(0.75, "baseline")] * 3
    assert isinstance(made.failure, Unavailable)


def test_a_score_that_is_no_number_is_no_answer(changed: Callable[..., Built]) -> None:
    def without_number(folder: Path, stated: Manifest) -> Manifest:
        made = light(folder, stated)
        (folder / "code" / "model.py").write_text(LIGHT.replace("/ 10", "* np.nan"))
        return made

    made = changed(without_number).opened()

    answer = made.answer(judged(made))
    made.close()

    assert (answer.score, answer.decided_by, made.failure) == (0.75, "baseline", None)


def test_a_bundle_of_another_digest_is_not_opened(binary: Built) -> None:
    with pytest.raises(Broken, match="is not bundle 000000000000"):
        binary.opened(expected="0" * 64)


def test_a_bundle_without_a_known_digest_is_not_opened(binary: Built) -> None:
    with pytest.raises(Refused, match="opens by its digest only"):
        binary.opened(expected="")


def test_a_model_that_does_not_load_leaves_no_process(changed: Callable[..., Built]) -> None:
    def without_train(folder: Path, stated: Manifest) -> Manifest:
        made = light(folder, stated)
        (folder / "code" / "model.py").write_text("x = 1\n")
        return made

    with pytest.raises(Mistake, match="has no function train"):
        changed(without_train).opened()


def test_a_model_saved_with_other_versions_than_its_environment_has_is_not_opened(
    changed: Callable[..., Built],
) -> None:
    def older(folder: Path, stated: Manifest) -> Manifest:
        return msgspec.structs.replace(light(folder, stated), versions={"scikit-learn": "1.3.2"})

    with pytest.raises(Broken, match=r"was saved with scikit-learn 1\.3\.2, its environment has"):
        changed(older).opened()


def test_reasons_are_of_the_class_that_was_decided(any_task: Built, task: str) -> None:
    made = any_task.opened()
    decision = made.answer(judged(made)).decision

    found = made.reasons(runtime.given(judged(made)), decision, 2)

    place = made.manifest.classes.index(decision) if task == "multiclass" else 0
    whole = made.engine.contributions([1.0, 7.0, 50.5], place)
    assert (found.base, found.margin, len(found.reasons)) == (whole.base, whole.margin, 2)
