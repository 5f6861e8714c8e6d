"""One fit, and the thresholds."""

from pathlib import Path

import numpy as np
import pytest
import small_project

from mainstay.bundle.baseline import Constant, OfColumn, Rates
from mainstay.contract import document
from mainstay.contract.objective import Baseline as Rule
from mainstay.contract.objective import Value
from mainstay.core.columns import Text
from mainstay.core.places import Places
from mainstay.life.build import fitting
from mainstay.life.build.fitting import Prepared
from mainstay.trainer.fit import Training


def contract(tmp_path: Path, old: str = "", new: str = "") -> document.Document:
    folder = small_project.written(tmp_path / "p")
    path = folder / "contract.yaml"
    path.write_text(path.read_text().replace(old, new))
    return document.read(path)


@pytest.mark.parametrize(
    ("baseline", "kind"),
    [("{rate_by: [kind]}", Rates), ("{constant: 0.2}", Constant), ("{column: wait}", OfColumn)],
)
def test_each_baseline_of_a_contract_becomes_one_of_a_bundle(
    tmp_path: Path, baseline: str, kind: type
) -> None:
    read = contract(tmp_path, "{rate_by: [kind]}", baseline).contract
    columns = {"kind": Text(np.array([0, 1], dtype=np.int32), ("a", "b")), "wait": np.array([1, 2])}

    assert isinstance(fitting._baseline(read, columns, np.array([0.0, 1.0])), kind)


def test_places_of_a_project_stay_under_its_folder(tmp_path: Path) -> None:
    assert Places(tmp_path).work.is_relative_to(tmp_path)


def test_the_rule_of_priced_classes_is_the_one_that_earns_most(tmp_path: Path) -> None:
    read = contract(tmp_path).contract
    matrix = {"a": {"a": 1, "b": -1}, "b": {"a": -2, "b": 30}}
    for rule, place in ((Rule(rate_by=()), 1.0), (Rule(constant="a"), 0.0)):
        change = {
            "task": "multiclass", "baseline": rule, "value": Value(currency="EUR", matrix=matrix),
        }  # fmt: skip
        objective = read.objective.model_copy(update=change)
        stated = read.model_copy(update={"objective": objective})
        label = Text(np.array([0, 0, 0, 1], dtype=np.int32), ("a", "b"))
        rows = Training(Path(), (), np.zeros((4, 0)), label, "multiclass")

        found = fitting.chosen(stated, Prepared(rows, {}), np.zeros((4, 2)))

        assert found.baseline == Constant(place)
