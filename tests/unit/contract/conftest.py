"""The example of the flights, and what the reader says when parts of it are changed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.contract import document
from mainstay.contract.document import Document
from mainstay.core.errors import Mistakes

EXAMPLE = Path(__file__).parents[3] / "examples" / "flights" / "contract.yaml"
Changed = Callable[..., str]
Told = Callable[..., list[str]]


@pytest.fixture
def example() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def changed(example: str) -> Changed:
    """The example with each (old, new) replaced once; old must stand in it."""

    def changed(*pairs: tuple[str, str]) -> str:
        text = example
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    return changed


@pytest.fixture
def read(changed: Changed) -> Callable[..., Document]:
    """The document that the changed example is."""

    def read(*pairs: tuple[str, str]) -> Document:
        return document.parsed(changed(*pairs).encode(), Path("contract.yaml"))

    return read


@pytest.fixture
def told(changed: Changed) -> Told:
    """The mistakes of the changed example, as people see them; a hint on a line of its own."""

    def told(*pairs: tuple[str, str]) -> list[str]:
        with pytest.raises(Mistakes) as caught:
            document.parsed(changed(*pairs).encode(), Path("contract.yaml"))
        return [line.strip() for one in caught.value.findings for line in str(one).splitlines()]

    return told
