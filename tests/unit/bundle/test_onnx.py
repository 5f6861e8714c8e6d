"""The engine for ONNX files, those of a user above all."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import onnx, protobuf
from mainstay.bundle.onnx import CPU, Graph, lost, provider
from mainstay.bundle.protobuf import DOUBLE, FLOAT, INT64, Node, Tensor
from mainstay.core.errors import Broken, MissingExtra, Mistake, Unavailable
from mainstay.core.inputs import Input

SIZE, STAMP = Input("size", "number"), Input("stamp", "integer")
STRING = 8
ROWS = np.array([[0.5, 1.6e9 + 1], [2.0, 1.6e9 + 3]])


def halved(folder: Path, kind: int, name: str = "x", width: int = 2) -> Path:
    """A file whose output is its input, as that kind."""
    tensors = Tensor(name, kind, ("rows", width)), Tensor("out", kind, ("rows", width))
    path = folder / "model.onnx"
    path.write_bytes(protobuf.model([Node("Identity", [name], "out", {})], {}, tensors, {"": 18}))
    return path


def test_one_tensor_of_all_inputs_gives_the_positive_class(tmp_path: Path) -> None:
    engine = Graph(halved(tmp_path, FLOAT), (SIZE, STAMP))

    assert engine.scores(ROWS).tolist() == ROWS[:, 1].astype(np.float32).tolist()


def test_one_tensor_by_name_gives_one_score_a_row(tmp_path: Path) -> None:
    engine = Graph(halved(tmp_path, DOUBLE, "stamp", 1), (SIZE, STAMP))

    assert engine.scores(ROWS).tolist() == ROWS[:, 1].tolist()
    assert engine.score(ROWS[0].tolist()) == ROWS[0, 1]


def test_a_tensor_of_text_gets_the_levels(tmp_path: Path) -> None:
    origin = Input("origin", "text", ("EWR", "JFK"))
    column = onnx._column(np.array([[1.0], [np.nan]]), "tensor(string)", 0, origin)
    engine = Graph(halved(tmp_path, STRING, "origin", 1), (origin,))

    assert column.tolist() == [["JFK"], [""]]
    with pytest.raises(ValueError, match="could not convert string to float"):
        engine.scores(np.array([[1.0]]))


def test_a_tensor_that_is_no_input_is_named(tmp_path: Path) -> None:
    tensors = Tensor("size", DOUBLE, ("rows", 1)), Tensor("out", DOUBLE, ("rows", 1))
    content = protobuf.model([Node("Identity", ["size"], "out", {})], {}, tensors, {"": 18})
    (tmp_path / "model.onnx").write_bytes(content)

    Graph(tmp_path / "model.onnx", (SIZE,))
    with pytest.raises(Mistake, match=r"answered 2 rows with numbers of shape \(2, 3\)"):
        Graph(halved(tmp_path, DOUBLE, width=3), (SIZE, STAMP, STAMP)).scores(np.zeros((2, 3)))


def test_bytes_that_are_no_onnx_are_broken(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no graph")

    with pytest.raises(Broken, match=r"model.onnx is no ONNX file that runs here: "):
        Graph(tmp_path / "model.onnx", (SIZE,))


def test_float32_loses_whole_numbers_beyond_2_to_the_24(tmp_path: Path) -> None:
    path = halved(tmp_path, FLOAT)

    why = lost(path, (SIZE, STAMP), ROWS)

    assert why.startswith("stamp comes as tensor(float) and loses digits: ")
    assert "1600000001.0" in why
    assert lost(path, (SIZE, STAMP), np.array([[0.1, 2.0**24]])) == ""
    assert lost(halved(tmp_path, DOUBLE), (SIZE, STAMP), ROWS) == ""


def test_whole_tensors_lose_fractions(tmp_path: Path) -> None:
    assert lost(halved(tmp_path, INT64), (SIZE, STAMP), ROWS).startswith(
        "size comes as tensor(int64)"
    )


def test_a_graphics_card_computes_where_it_is_wanted_and_there_is_one() -> None:
    both = ["TensorrtExecutionProvider", "CUDAExecutionProvider", CPU]

    assert provider(both, graphics=True) == ["CUDAExecutionProvider", CPU]
    assert provider(both, graphics=False) == [CPU]
    assert provider([CPU], graphics=True) == [CPU]


def test_threads_share_one_graph(tmp_path: Path) -> None:
    engine = Graph(halved(tmp_path, DOUBLE), (SIZE, STAMP))
    rows = np.random.default_rng(0).normal(size=(200, 2))

    with ThreadPoolExecutor(4) as threads:
        scores = list(threads.map(engine.score, rows.tolist()))

    assert scores == engine.scores(rows).tolist()


def test_a_closed_graph_says_so(tmp_path: Path) -> None:
    engine = Graph(halved(tmp_path, DOUBLE), (SIZE, STAMP))

    engine.close()

    with pytest.raises(Unavailable, match="was closed"):
        engine.scores(ROWS)


def test_a_machine_without_onnxruntime_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(MissingExtra) as caught:
        Graph(halved(tmp_path, DOUBLE), (SIZE, STAMP))

    assert caught.value.hint == "pip install 'mainstay[onnx]'"


def test_onnxruntime_is_not_loaded_before_a_graph_is() -> None:
    done = "import sys, mainstay.bundle.onnx; print('onnxruntime' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", done], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"
