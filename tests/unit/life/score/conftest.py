"""An engine for tables of a test, and the small project's bundle and certificate."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import scored
from ibis.backends.duckdb import Backend
from scored import Scene
from small_project import Serving

from mainstay.bundle import runtime
from mainstay.bundle.runtime import Runtime
from mainstay.data import engine


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    made = engine.connect(tmp_path_factory.mktemp("spill"))
    yield made
    made.disconnect()


@pytest.fixture(scope="session")
def opened_once(ripe: Path) -> Runtime:
    """The same for all tests of the session that only read it."""
    (bundle,) = (ripe / ".mainstay" / "bundles").iterdir()
    return runtime.opened(bundle, ripe / "none", expected=bundle.name, version="v1")


@pytest.fixture
def scene(serving: Serving, opened_once: Runtime, tmp_path: Path) -> Iterator[Scene]:
    made = scored.scene(serving, opened_once, tmp_path)
    yield made
    made.connection.disconnect()
