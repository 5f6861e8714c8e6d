"""A real receiver."""

from collections.abc import Iterator

import pytest
import receiving


@pytest.fixture
def receiver() -> Iterator[receiving.Receiver]:
    with receiving.receiver() as made:
        yield made
