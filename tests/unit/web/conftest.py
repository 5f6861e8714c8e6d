"""A project that is nothing but its contract and its silos: enough for who may ask what."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import small_project
from asking import Control, control
from signing_in_elsewhere import There, provided

from mainstay.core import settings


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "contract.yaml").write_text(small_project.CONTRACT)
    with settings.given({"MAINSTAY_KEYS": str(tmp_path / "keys")}):
        yield tmp_path / "p"


@pytest.fixture
def asked(folder: Path) -> Control:
    return control(folder)


@pytest.fixture(scope="session")
def there() -> Iterator[There]:
    """A provider that people sign in at."""
    with provided() as found:
        yield found
