"""A line is driven against the other side of its socket, as a model's own process is."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from mainstay.bundle import line
from mainstay.bundle.line import Line
from mainstay.bundle.link import FRAME, LENGTH
from mainstay.core.errors import Mistake, Unavailable

Other = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Talk = Callable[[Line, Other], Awaitable[None]]


def talked(folder: Path, talk: Talk) -> None:
    """Between a line and who took it."""

    async def both() -> None:
        taken: asyncio.Queue[Other] = asyncio.Queue()
        address = folder / "socket"
        server = await asyncio.start_unix_server(lambda *one: taken.put_nowait(one), address)
        async with server:
            made = await line.called(address)
            assert made is not None
            keeper = asyncio.create_task(made.kept())
            other = await taken.get()
            await talk(made, other)
            other[1].close()
            await asyncio.wait_for(keeper, 5)
        assert not made.open

    asyncio.run(both())


async def heard(reader: asyncio.StreamReader) -> tuple[int, dict, list[float]]:
    """The next request: its number, its header, its numbers."""
    length, number = FRAME.unpack(await reader.readexactly(FRAME.size))
    content = await reader.readexactly(length)
    (size,) = LENGTH.unpack_from(content)
    numbers = [one for (one,) in struct.iter_unpack("<d", content[4 + size :])]
    return number, json.loads(content[4 : 4 + size]), numbers


def frame(number: int, *numbers: float, **header: object) -> bytes:
    text = json.dumps({"shapes": [[len(numbers)]] if numbers else [], **header}).encode()
    content = LENGTH.pack(len(text)) + text + np.array(numbers).tobytes()
    return FRAME.pack(len(content), number) + content


def test_a_request_says_what_a_link_says(tmp_path: Path) -> None:
    async def talk(made: Line, other: Other) -> None:
        made.asked(np.array([[1.0, np.inf], [3.0, 4.0]])).cancel()
        made.asked(np.array([[1, 2], [3, 4.0]]).T).cancel()

        found = [await heard(other[0]) for _ in range(2)]

        assert [one[1] for one in found] == [{"op": "predict", "shapes": [[2, 2]]}] * 2
        assert [one[2] for one in found] == [[1.0, np.inf, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0]]

    talked(tmp_path, talk)


def test_answers_find_their_requests_in_any_order_and_in_any_parts(tmp_path: Path) -> None:
    async def talk(made: Line, other: Other) -> None:
        futures = [made.asked(np.zeros((1, n))) for n in range(3)]
        numbers = [(await heard(other[0]))[0] for _ in futures]
        answers = b"".join(frame(numbers[at], float(at)) for at in (2, 0, 1))

        for at in range(0, len(answers), 25):
            other[1].write(answers[at : at + 25])
            await asyncio.sleep(0.001)

        assert [(await one).arrays[0].tolist() for one in futures] == [[0.0], [1.0], [2.0]]

    talked(tmp_path, talk)


def test_an_error_arrives_as_what_it_is_and_who_stopped_waiting_hears_nothing(
    tmp_path: Path,
) -> None:
    async def talk(made: Line, other: Other) -> None:
        gone, stays = (made.asked(np.zeros((1, 1))) for _ in range(2))
        numbers = [(await heard(other[0]))[0] for _ in range(2)]

        gone.cancel()
        for number in numbers:
            other[1].write(frame(number, error="mistake", what="no", hint="try"))

        with pytest.raises(Mistake, match="no"):
            await stays

    talked(tmp_path, talk)


@pytest.mark.parametrize("rubbish", [b"", FRAME.pack(4, 1) + b"\xff" * 4, frame(99, 1.0)])
def test_when_the_other_side_goes_or_talks_rubbish_everything_in_flight_fails(
    tmp_path: Path, rubbish: bytes
) -> None:
    async def talk(made: Line, other: Other) -> None:
        futures = [made.asked(np.zeros((1, 1))) for _ in range(2)]

        other[1].write(rubbish)
        if not rubbish:
            other[1].close()

        for one in (*futures, made.asked(np.zeros((1, 1)))):
            with pytest.raises(Unavailable, match="is gone"):
                await one
        with pytest.raises(Unavailable, match="is gone"):
            await made.asked(np.zeros((1, 1)))

    talked(tmp_path, talk)


def test_nobody_there_is_no_line(tmp_path: Path) -> None:
    assert asyncio.run(line.called(tmp_path / "socket")) is None
