"""A pickle runs what it wants when it is opened: none is, unless it is the one that was built."""

import platform
import shutil
import sys
from pathlib import Path

import pytest

from mainstay.bundle import manifest, runtime
from mainstay.bundle.baseline import Constant
from mainstay.bundle.guard import RequestColumn
from mainstay.bundle.manifest import Engine, Manifest
from mainstay.core import digest
from mainstay.core.errors import Broken, MainstayError
from mainstay.core.expressions import ColumnOf, Output
from mainstay.core.inputs import Input
from mainstay.trainer.fit import PROGRAM

MODEL = """
class Constant:
    def predict(self, inputs):
        return inputs[:, 0]

import numpy as np

def train(inputs: np.ndarray, label):
    return Constant()
"""
GOOD = b"cmodel\nConstant\n)\x81."


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What the bad pickle touches when it is opened."""
    return tmp_path / "ran"


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    folder = tmp_path / "environments"
    folder.mkdir()
    lock = digest.of_bytes(b"lock")
    (folder / f"{lock}-{platform.python_version()}").symlink_to(sys.prefix)
    return folder


def bad(marker: Path) -> bytes:
    return b"cposix\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR."


def bundle(folder: Path, pickle: bytes) -> str:
    """Written as a build writes it; returns its digest."""
    for name in ("code", "engine"):
        (folder / name).mkdir(parents=True)
    (folder / "code" / "model.py").write_text(MODEL)
    (folder / "pylock.toml").write_bytes(b"lock")
    (folder / "engine" / "model.pickle").write_bytes(pickle)
    shutil.copy(PROGRAM, folder / "engine")
    files = {"process": f"engine/{PROGRAM.name}", "original": "engine/model.pickle"}
    stated = Manifest(
        model="m", task="regression", classes=(), seed=0,
        request=(RequestColumn("key", "string", "key"), RequestColumn("size", "float64")),
        rules=(), outputs=(Output("size", ColumnOf("size", "float64")),),
        inputs=(Input("size", "number"),), baseline=Constant(0.0), threshold=None,
        baseline_threshold=None, engine=Engine("worker", files), python=platform.python_version(),
        platform="", versions={}, contract="", datasets=(), code={},
    )  # fmt: skip
    return manifest.written(folder, stated)


def test_the_pickle_that_was_built_is_opened(tmp_path: Path, environments: Path) -> None:
    expected = bundle(tmp_path / "bundle", GOOD)

    made = runtime.opened(tmp_path / "bundle", environments, expected=expected)
    score = made.score([2.5])
    made.close()

    assert score == 2.5


def test_the_bad_pickle_would_run_if_it_were_the_one_that_was_built(
    tmp_path: Path, environments: Path, marker: Path
) -> None:
    expected = bundle(tmp_path / "bundle", bad(marker))

    runtime.opened(tmp_path / "bundle", environments, expected=expected).close()

    assert marker.exists(), "otherwise the refusals below prove nothing"


def test_a_swapped_pickle_is_never_opened(tmp_path: Path, environments: Path, marker: Path) -> None:
    expected = bundle(tmp_path / "bundle", GOOD)
    (tmp_path / "bundle" / "engine" / "model.pickle").write_bytes(bad(marker))

    with pytest.raises(Broken, match=r"engine/model.pickle differs"):
        runtime.opened(tmp_path / "bundle", environments, expected=expected)

    assert not marker.exists()


def test_a_whole_bundle_made_by_somebody_else_is_never_opened(
    tmp_path: Path, environments: Path, marker: Path
) -> None:
    expected = bundle(tmp_path / "ours", GOOD)
    bundle(tmp_path / "theirs", bad(marker))

    with pytest.raises(Broken, match="is not bundle"):
        runtime.opened(tmp_path / "theirs", environments, expected=expected)
    with pytest.raises(Broken, match="is not bundle"):
        runtime.original(tmp_path / "theirs", environments, expected=expected)

    assert not marker.exists()


def test_without_a_digest_to_hold_it_to_no_bundle_is_opened(
    tmp_path: Path, environments: Path, marker: Path
) -> None:
    bundle(tmp_path / "bundle", bad(marker))

    for opened in (runtime.opened, runtime.original):
        with pytest.raises(MainstayError, match="opens by its digest only"):
            opened(tmp_path / "bundle", environments, expected="")

    assert not marker.exists()


def test_a_pickle_swapped_after_the_check_is_not_opened_by_the_next_process(
    tmp_path: Path, environments: Path, marker: Path
) -> None:
    expected = bundle(tmp_path / "bundle", GOOD)
    made = runtime.original(tmp_path / "bundle", environments, expected=expected)
    made.close()

    (tmp_path / "bundle" / "engine" / "model.pickle").write_bytes(bad(marker))

    with pytest.raises(Broken, match="is not the file that was saved"):
        made.score([1.0])
    assert not marker.exists()
