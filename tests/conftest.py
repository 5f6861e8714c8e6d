"""Markers come from the folder; what a machine lacks is a skip, or with --require=all a failure."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

FOLDERS = {"unit", "refusals", "laws", "e2e"}

# Shared machines pause a test for longer than any deadline that would still say something.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require", default="", help="all: what the machine lacks is a failure")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        inside = item.path.is_relative_to(root)
        folder = item.path.relative_to(root).parts[0] if inside else ""
        if folder in FOLDERS:
            item.add_marker(folder)


@pytest.fixture
def missing(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Call it with a reason when the machine lacks something."""
    lacking = pytest.fail if request.config.getoption("--require") == "all" else pytest.skip

    def skip_or_fail(reason: str) -> None:
        lacking(reason)

    return skip_or_fail


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the keys, the clock or the settings of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MAINSTAY_CLOCK", "MAINSTAY_KEY", "MAINSTAY_UV"):
            patch.delenv(name, raising=False)
        patch.setenv("MAINSTAY_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield
