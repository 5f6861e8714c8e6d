"""One fit, and the thresholds."""

from pathlib import Path

import numpy as np
import pytest
import small_project

from mainstay.bundle.baseline import Constant, OfColumn, Rates
from mainstay.contract import document
from mainstay.core.columns import Text
from mainstay.core.places import Places
from mainstay.life.build import fitting


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
