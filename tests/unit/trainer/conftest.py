"""Workers of this very environment, and models written in a few lines."""

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from mainstay.bundle.environment import Environment
from mainstay.bundle.worker import Worker
from mainstay.trainer.fit import PROGRAM


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
