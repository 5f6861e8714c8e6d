"""One fit, and the thresholds."""

from pathlib import Path

import numpy as np
import pytest
import small_project

from mainstay.bundle import baseline
from mainstay.bundle.baseline import Commonest, Constant, OfColumn, Rates
from mainstay.contract import document
from mainstay.contract.objective import Baseline as Rule
from mainstay.contract.objective import Value
from mainstay.core.columns import Text
from mainstay.core.errors import Mistake
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
    ("rule", "kind"),
    [("{rate_by: [kind]}", Rates), ("{constant: 0.2}", Constant), ("{column: wait}", OfColumn)],
)
def test_each_baseline_of_a_contract_becomes_one_of_a_bundle(
    tmp_path: Path, rule: str, kind: type
) -> None:
    read = contract(tmp_path, "{rate_by: [kind]}", rule).contract
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

        assert found.baseline == Commonest((), (), place)


@pytest.mark.parametrize("names", [("a", "b", "c"), (10, 20, 30)])
def test_a_rule_for_classes_decides_a_class(tmp_path: Path, names: tuple[str | int, ...]) -> None:
    read = contract(tmp_path).contract
    said = Text(np.array([0, 0, 0, 1, 1], dtype=np.int32), ("new", "old"))
    codes = np.array([0, 1, 1, 2, 0], dtype=np.int32)
    texts = isinstance(names[0], str)
    label = Text(codes, names) if texts else np.array(names)[codes]
    named = Text(codes[::-1].copy(), names) if texts else np.array(names)[codes[::-1]]
    columns = {"kind": said, "today": named}
    rows = Training(Path(), (), np.zeros((5, 0)), label, "multiclass")

    def decided(rule: Rule) -> list[float]:
        change = {"task": "multiclass", "baseline": rule, "value": None}
        stated = read.model_copy(update={"objective": read.objective.model_copy(update=change)})
        found = fitting.chosen(stated, Prepared(rows, columns), np.zeros((5, 3))).baseline
        return baseline.rates(found, columns).tolist()

    assert decided(Rule(rate_by=())) == [0, 0, 0, 0, 0]
    assert decided(Rule(rate_by=("kind",))) == [1, 1, 1, 0, 0]
    assert decided(Rule(constant=names[2])) == [2, 2, 2, 2, 2]
    assert decided(Rule(column="today")) == [0, 2, 1, 1, 0]
    with pytest.raises(Mistake, match="constant is 7, which no training row is"):
        decided(Rule(constant=7))


def test_fits_are_scored_beside_what_the_rule_decides_of_the_same_rows(tmp_path: Path) -> None:
    """A yes is worth 10, a wrong one costs 2: the rule acts where one of two is a yes."""
    read = contract(tmp_path).contract
    kind = Text(np.array([0, 0, 1, 1, 1, 1, 1, 1, 1], dtype=np.int32), ("a", "b"))
    label = np.array([True, False, *[False] * 7])
    rows = Training(Path(), (), np.zeros((9, 0)), label, "binary")

    found = fitting.ground(read, Prepared(rows, {"kind": kind}))

    assert found.ruled.tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert found.label.tolist() == label.astype(float).tolist()
    assert found.payoffs is None
