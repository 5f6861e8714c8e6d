"""Commands as values."""

from typing import get_args

import msgspec
import pytest

from mainstay.control.commands import Build, Command


def test_every_command_has_a_tag_of_its_own() -> None:
    tags = [one.__struct_config__.tag for one in get_args(Command)]

    assert len(set(tags)) == len(tags)


def test_a_command_travels_as_json() -> None:
    sent = msgspec.json.encode(Build())

    assert msgspec.json.decode(sent, type=Command) == Build()
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"type": "sabotage"}', type=Command)
