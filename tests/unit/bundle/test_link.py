import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from mainstay.bundle import link
from mainstay.bundle.link import FRAME, LENGTH, Link, Reply
from mainstay.core.errors import Broken, Conflict, MainstayError, Missing, Mistake, Unavailable


@pytest.fixture
def pair() -> Iterator[tuple[Link, socket.socket]]:
    """A link and the other side of its socket."""
    ours, theirs = socket.socketpair()
    opened = Link(ours, lambda: Unavailable("the other side is gone"))
    with theirs:
        yield opened, theirs
        theirs.close()
        opened.close()


def asked(theirs: socket.socket) -> tuple[int, dict[str, Any], list[float]]:
    """The next request: its number, its header, its numbers."""
    length, number = FRAME.unpack(theirs.recv(FRAME.size, socket.MSG_WAITALL))
    content = theirs.recv(length, socket.MSG_WAITALL)
    (size,) = LENGTH.unpack_from(content)
    numbers = np.frombuffer(content, np.float64, offset=4 + size).tolist()
    return number, json.loads(content[4 : 4 + size]), numbers


def answer(theirs: socket.socket, number: int, header: dict[str, Any], *numbers: float) -> None:
    text = json.dumps({"shapes": [[len(numbers)]] if numbers else [], **header}).encode()
    content = LENGTH.pack(len(text)) + text + np.array(numbers).tobytes()
    theirs.sendall(FRAME.pack(len(content), number) + content)


def test_a_request_carries_its_header_and_its_numbers(pair: tuple[Link, socket.socket]) -> None:
    opened, theirs = pair

    opened.submit({"op": "predict"}, [np.array([[1.0, np.inf]]), np.array([3.0])])

    _, header, numbers = asked(theirs)
    assert header == {"op": "predict", "shapes": [[1, 2], [1]]}
    assert numbers == [1.0, np.inf, 3.0]


def test_columns_of_a_matrix_arrive_row_by_row(pair: tuple[Link, socket.socket]) -> None:
    opened, theirs = pair

    opened.submit({}, [np.array([[1, 2], [3, 4]]).T])

    assert asked(theirs)[2] == [1.0, 3.0, 2.0, 4.0]


def test_answers_find_their_requests_in_any_order(pair: tuple[Link, socket.socket]) -> None:
    opened, theirs = pair
    futures = [opened.submit({"n": n}) for n in range(3)]
    numbers = [asked(theirs)[0] for _ in futures]

    for place in (2, 0, 1):
        answer(theirs, numbers[place], {"said": place}, float(place))

    replies = [future.result(5) for future in futures]
    assert [reply.header["said"] for reply in replies] == [0, 1, 2]
    assert [reply.arrays[0].tolist() for reply in replies] == [[0.0], [1.0], [2.0]]


@pytest.mark.parametrize("kind", [Mistake, Broken, Conflict, Missing])
def test_an_error_arrives_as_what_it_is(
    pair: tuple[Link, socket.socket], kind: type[Mistake]
) -> None:
    opened, theirs = pair
    future = opened.submit({})

    answer(theirs, asked(theirs)[0], {"error": kind.kind, "what": "no", "hint": "try"})

    with pytest.raises(kind, match="no") as caught:
        future.result(5)
    assert caught.value.hint == "try"


def test_when_the_other_side_goes_everything_in_flight_fails_at_once(
    pair: tuple[Link, socket.socket],
) -> None:
    opened, theirs = pair
    futures = [opened.submit({}) for _ in range(3)]

    theirs.shutdown(socket.SHUT_RDWR)

    for future in futures:
        with pytest.raises(Unavailable, match="the other side is gone"):
            future.result(5)
    assert not opened.open
    with pytest.raises(Unavailable, match="the other side is gone"):
        opened.submit({})


def test_half_a_frame_is_the_end(pair: tuple[Link, socket.socket]) -> None:
    opened, theirs = pair
    future = opened.submit({})
    number = asked(theirs)[0]

    theirs.sendall(FRAME.pack(100, number) + b"half")
    theirs.shutdown(socket.SHUT_RDWR)

    with pytest.raises(Unavailable):
        future.result(5)


@pytest.mark.parametrize("content", [b"", b"\x09\0\0\0nonsense!", b"\xff\xff\xff\xff{}"])
def test_a_frame_that_is_none_ends_the_conversation(
    pair: tuple[Link, socket.socket], content: bytes
) -> None:
    opened, theirs = pair
    future = opened.submit({})
    other = opened.submit({})

    theirs.sendall(FRAME.pack(len(content), asked(theirs)[0]) + content)

    with pytest.raises(Unavailable):
        other.result(5)
    with pytest.raises(Unavailable):
        future.result(5)


def test_whoever_stopped_waiting_does_not_disturb_the_others(
    pair: tuple[Link, socket.socket],
) -> None:
    opened, theirs = pair
    gone, stays = opened.submit({}), opened.submit({})
    first, second = asked(theirs)[0], asked(theirs)[0]

    gone.cancel()
    answer(theirs, first, {})
    answer(theirs, second, {"said": "yes"})

    assert stays.result(5).header["said"] == "yes"


def test_more_than_a_frame_holds_is_refused_before_anything_is_sent(
    pair: tuple[Link, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, theirs = pair
    monkeypatch.setattr(link, "LARGEST", 100)

    with pytest.raises(Mistake, match="too many for one call"):
        opened.submit({}, [np.zeros(20)])

    opened.submit({"op": "small"})
    assert asked(theirs)[1]["op"] == "small"


def test_closing_twice_is_closing_once(pair: tuple[Link, socket.socket]) -> None:
    opened, _ = pair

    opened.close()
    opened.close()

    assert not opened.open


class Odd(Exception):
    """Of a library that nobody knows."""


@pytest.mark.parametrize(
    ("error", "told"),
    [(Mistake("no such level", "try another"), Mistake), (Odd("strange"), Unavailable)],
)
def test_the_other_end_answers_one_after_the_other_and_tells_what_goes_wrong(
    error: Exception, told: type[MainstayError]
) -> None:
    def act(one: Reply) -> list[np.ndarray]:
        if not one.arrays:
            raise error
        return [2 * one.arrays[0], np.zeros((2, 3))]

    ours, theirs = socket.socketpair()
    serving = threading.Thread(target=link.answering, args=(theirs, act))
    serving.start()
    opened = Link(ours, lambda: Unavailable("gone"))
    futures = [
        opened.submit({}, [np.full(70_000, 1.5)]),
        opened.submit({}),
        opened.submit({}, [np.ones(1)]),
    ]

    double, zeros = futures[0].result(5).arrays
    assert double.tolist() == [3.0] * 70_000
    assert zeros.shape == (2, 3)
    with pytest.raises(told, match=str(error)) as caught:
        futures[1].result(5)
    assert caught.value.hint == getattr(error, "hint", "")
    assert futures[2].result(5).arrays[0].tolist() == [2.0]

    opened.close()
    serving.join(5)
    assert not serving.is_alive()
    theirs.close()
