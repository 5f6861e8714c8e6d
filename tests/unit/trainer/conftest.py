"""Workers of this very environment, and models written in a few lines."""

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import small_project

from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.contract import document
from mainstay.trainer.fit import PROGRAM
from mainstay.trainer.trial import Ground


@pytest.fixture(scope="session")
def environment() -> Environment:
    """The one the tests run in: LightGBM, scikit-learn, pandas and pyarrow are there."""
    return Environment(Path(sys.prefix), platform.python_version(), "")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


@pytest.fixture
def worker(environment: Environment, log: Path) -> Iterator[Worker]:
    with Worker(environment, PROGRAM, log=log) as worker:
        yield worker


@pytest.fixture
def code(tmp_path: Path) -> Callable[..., Path]:
    """A folder with this model.py and the files given by name."""

    def folder(model: str, **files: str) -> Path:
        made = tmp_path / "code"
        made.mkdir(exist_ok=True)
        for name, text in {"model": model, **files}.items():
            (made / f"{name}.py").write_text(dedent(text))
        return made

    return folder


@pytest.fixture
def ground() -> Callable[..., Ground]:
    """Rows under the small project's contract: `task: binary` and its money replaced as asked.

    The rule of the contract never acts.
    """

    def made(label: np.ndarray, task: str = "binary", money: str = "", **beside: object) -> Ground:
        text = small_project.CONTRACT.replace("task: binary", f"task: {task}")
        stated = "  value: {currency: EUR, true_positive: 10, false_positive: -2}\n"
        goal, other = "{metric: roc_auc, at_least: 0.6}", "{metric: mae, at_most: 1}"
        if task != "binary":
            other = other if task == "regression" else "{metric: log_loss, at_most: 1}"
            at = text.index("certify:")
            text = text[:at] + "certify: {hold_out: 15d}\n" + text[text.index("serve:") :]
            text = text.replace(goal, other)
        if "matrix" in money:
            text = text.replace("  baseline: {rate_by: [kind]}\n", "")
        assert stated in text
        text = text.replace(stated, f"  value: {money}\n" if money else "")
        contract = document.parsed(text.encode(), Path("contract.yaml")).contract
        numbers = np.asarray(label, dtype=np.float64)
        given = {"ruled": np.zeros(len(numbers)), **beside}
        return Ground(contract, numbers, **given)  # type: ignore[arg-type]  # as asked

    return made
