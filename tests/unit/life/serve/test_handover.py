"""A port that goes from one process to the next."""

import socket
import threading
from pathlib import Path

import pytest

from mainstay.core.errors import Missing, Unavailable
from mainstay.life.serve.handover import FILE, Handover, Taking


@pytest.fixture
def listening() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture(params=["log", "x" * 60 + "/" + "y" * 60])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Also one whose names no socket takes."""
    found = tmp_path / request.param
    found.mkdir(parents=True)
    return found


def test_who_takes_over_has_the_same_port(folder: Path, listening: socket.socket) -> None:
    drained = threading.Event()
    handover = Handover(folder, listening, drained.set)
    taking = Taking(folder)
    before = drained.is_set()
    taking.done()

    assert (before, drained.wait(5)) == (False, True)
    assert taking.listening.getsockname() == listening.getsockname()
    listening.close()
    with socket.create_connection(taking.listening.getsockname()):
        taking.listening.accept()[0].close()
    taking.listening.close()
    handover.close()


def test_who_gives_up_changes_nothing(folder: Path, listening: socket.socket) -> None:
    drained = threading.Event()
    handover = Handover(folder, listening, drained.set)
    first = Taking(folder)
    first.close()
    first.listening.close()
    second = Taking(folder)
    second.done()
    second.listening.close()
    handover.close()

    assert drained.wait(5)


def test_where_no_door_runs_nothing_is_taken_over(tmp_path: Path, listening: socket.socket) -> None:
    with pytest.raises(Missing, match="no door runs"):
        Taking(tmp_path)
    Handover(tmp_path, listening, lambda: None).close()

    with pytest.raises(Missing, match="no door runs"):
        Taking(tmp_path)


def test_a_door_that_ended_meanwhile_is_not_taken_over(tmp_path: Path) -> None:
    asked = socket.socket(socket.AF_UNIX)
    asked.bind(str(tmp_path / FILE))
    asked.listen()
    with socket.create_server(("127.0.0.1", 0)) as given:

        def give_and_go() -> None:
            asking, _ = asked.accept()
            socket.send_fds(asking, [b"port"], [given.fileno()])
            asking.recv(4)
            asking.close()

        other = threading.Thread(target=give_and_go)
        other.start()
        taking = Taking(tmp_path)
        with pytest.raises(Unavailable, match="ended before"):
            taking.done()
        other.join()
        taking.listening.close()
    asked.close()


def test_only_the_owner_can_ask(tmp_path: Path, listening: socket.socket) -> None:
    handover = Handover(tmp_path, listening, lambda: None)
    mode = (tmp_path / FILE).stat().st_mode & 0o777
    handover.close()

    assert mode == 0o600
