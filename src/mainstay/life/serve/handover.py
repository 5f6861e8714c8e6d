"""A new process takes the port over from the one before it: no caller is refused or cut off.

The one that runs gives its listening socket away, over a socket in the door's own folder. Both take
connections from it until the new one says that it answers; then the old one takes no more, tells
whoever it still has to come anew, and ends when they are gone.
"""

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mainstay.core import durable
from mainstay.core.errors import Missing, Unavailable

FILE = "handover"
PATIENCE = 120.0  # seconds that a new process may take until it answers
_LONGEST = 100  # bytes of the name of a socket
_PORT, _TAKE, _DONE = b"port", b"take", b"done"


class Handover:
    """Gives a listening socket to whoever takes over, and calls `drain` when they did."""

    def __init__(self, folder: Path, listening: socket.socket, drain: Callable[[], None]) -> None:
        """Takes the name of whoever had it before."""
        self._listening, self._drain = listening, drain
        self._asked = _bound(folder / FILE)
        self._thread = threading.Thread(target=self._run, name="handover", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody can take over any more."""
        with suppress(OSError):
            self._asked.shutdown(socket.SHUT_RDWR)  # wakes who waits for somebody
        self._thread.join(1.0)
        self._asked.close()

    def _run(self) -> None:
        while True:
            try:
                asking, _ = self._asked.accept()
            except OSError:
                return
            with asking, suppress(OSError):
                if self._given(asking):
                    return

    def _given(self, asking: socket.socket) -> bool:
        """Whether the other side took it; one that went away leaves all as it was."""
        asking.settimeout(PATIENCE)
        socket.send_fds(asking, [_PORT], [self._listening.fileno()])
        if asking.recv(len(_TAKE)) != _TAKE:
            return False
        self._drain()
        asking.sendall(_DONE)
        return True


class Taking:
    """The port of a door that runs, being taken over: `done` once this process answers on it."""

    def __init__(self, folder: Path) -> None:
        """folder: the door's own. Raises Missing where none runs there, Unavailable."""
        self._asked = socket.socket(socket.AF_UNIX)
        self._asked.settimeout(PATIENCE)
        try:
            with _short(folder / FILE) as name:
                self._asked.connect(name)
            said, handles, _, _ = socket.recv_fds(self._asked, len(_PORT), 1)
        except OSError as error:
            self._asked.close()
            raise Missing(
                f"no door runs with {folder}: {error.strerror}", hint="start it without --take-over"
            ) from error
        if said != _PORT or not handles:
            raise Unavailable(f"the door that runs with {folder} is being taken over already")
        self.listening = socket.socket(fileno=handles[0])

    def done(self) -> None:
        """The other one takes no connection from now on. Raises Unavailable."""
        try:
            self._asked.sendall(_TAKE)
            taken = self._asked.recv(len(_DONE)) == _DONE
        except OSError as error:
            raise Unavailable(f"the door that ran does not answer: {error}") from error
        finally:
            self._asked.close()
        if not taken:
            raise Unavailable("the door that ran ended before it was taken over")

    def close(self) -> None:
        """Leaves it to the one that has it."""
        self._asked.close()


def _bound(path: Path) -> socket.socket:
    """A socket under a name, which nobody else could connect to before it was ours alone."""
    asked = socket.socket(socket.AF_UNIX)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=durable.DRAFT) as private:
        draft = Path(private) / FILE
        with _short(draft) as name:
            asked.bind(name)
        draft.chmod(0o600)
        asked.listen(8)
        draft.replace(path)
    return asked


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of a socket that the system takes: those of deep folders are too long for it."""
    if len(str(path).encode()) <= _LONGEST:
        yield str(path)
        return
    with tempfile.TemporaryDirectory() as private:
        folder = Path(private) / "f"
        folder.symlink_to(path.parent.resolve())
        yield str(folder / path.name)
