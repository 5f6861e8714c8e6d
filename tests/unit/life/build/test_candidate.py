from pathlib import Path

from mainstay.bundle.trees import NOTHING
from mainstay.life.build.candidate import Candidate


def test_an_engine_without_trees_has_no_splits_and_no_units_of_its_own() -> None:
    made = Candidate("onnx", {"graph": Path("graph.onnx")}, lambda: None)

    assert (made.forest, made.edges, made.units) == (NOTHING, {}, None)
