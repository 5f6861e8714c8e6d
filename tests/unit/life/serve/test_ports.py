"""A port to listen on."""

import pytest

from mainstay.core.errors import Unavailable
from mainstay.life.serve import ports


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_that_is_taken_is_told_with_what_to_do(host: str) -> None:
    with ports.listening(host, 0) as taken:
        number = taken.getsockname()[1]

        with pytest.raises(Unavailable, match=f"port {number} of {host} cannot be had") as told:
            ports.listening(host, number, "take another")

    assert told.value.hint == "take another"
