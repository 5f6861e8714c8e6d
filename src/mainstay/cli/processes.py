"""Processes that belong together: started at once, started again where one dies, ended at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from mainstay.core import clock

MAIN = (
    "from mainstay.cli.processes import bound; bound({end});"
    " from mainstay.cli.main import main; main()"
)
"""Of a part, which holds one end of a pipe; the other end is ours alone."""
FIRST = 10.0
"""Seconds within which a part that ends in an error has never worked: then nothing is kept."""
SHORTEST, LONGEST = 1.0, 30.0
"""Seconds until a part that died is started again; each time twice as long, while it dies soon."""
CALM = 60.0
"""Seconds after which a part has worked, and a death is a new one."""
GRACE = 20.0
"""Seconds until a part that was told to end is killed: longer than any of them takes."""
LOOKS = 0.25


class Part(NamedTuple):
    """One of them: its name, and the words of its command line."""

    name: str
    words: tuple[str, ...]


class Kept:
    """A part and its process; pause: seconds until the next start after a death."""

    def __init__(self, part: Part, end: int) -> None:
        self.part, self.end, self.pause, self.due = part, end, SHORTEST, 0.0
        self.process = self._started()

    def code(self) -> int | None:
        """Of a process that ended."""
        return self.process.poll()

    def age(self) -> float:
        """Seconds since it was started."""
        return clock.stopwatch() - self.began

    def wait(self) -> float:
        """Put its next start off; for how many seconds."""
        self.pause = SHORTEST if self.age() > CALM else min(self.pause * 2, LONGEST)
        self.due = clock.stopwatch() + self.pause
        return self.pause

    def again(self) -> None:
        """Start it anew, where the time has come."""
        if self.due and clock.stopwatch() >= self.due:
            self.due, self.process = 0.0, self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        self.began = clock.stopwatch()
        # A session of its own: who stops all of them by a key stops them through us, in order.
        command = [sys.executable, "-c", MAIN.format(end=self.end), *self.part.words]
        return subprocess.Popen(
            command, start_new_session=True, stdin=subprocess.DEVNULL, pass_fds=[self.end]
        )


def bound(end: int) -> None:
    """End this process when whoever started it is gone, however it went.

    end: of a pipe whose other end only they hold: their death closes it. It is asked to end, and
    ended where it does not. What it starts itself does not inherit the pipe.
    """
    os.set_inheritable(end, False)  # noqa: FBT003 - the signature is theirs
    threading.Thread(target=_outlived, args=(end,), name="bound", daemon=True).start()


def _outlived(end: int) -> None:
    os.read(end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def kept(parts: tuple[Part, ...], say: Callable[[str], None]) -> int:
    """Keep them alive until SIGTERM or SIGINT; 0, or the code of a part that never worked."""
    over: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.append(0))
    end, ours = os.pipe()
    running = [Kept(part, end) for part in parts]
    try:
        while not over:
            time.sleep(LOOKS)
            over += [code for one in running if (code := _looked_after(one, running, say))]
        return over[0]
    finally:
        _ended(running)
        os.close(end)
        os.close(ours)


def _looked_after(one: Kept, running: list[Kept], say: Callable[[str], None]) -> int:
    """The code with which all must end, 0 to go on."""
    if one.due:
        one.again()
        return 0
    code = one.code()
    if code is None:
        return 0
    if code > 0 and one.pause == SHORTEST and max(all_.age() for all_ in running) < FIRST:
        return code
    say(f"{one.part.name} ended with {code}; started again in {one.wait():.0f} s")
    return 0


def _ended(running: list[Kept]) -> None:
    for one in running:
        if one.code() is None:
            one.process.terminate()
    until = clock.stopwatch() + GRACE
    for one in running:
        try:
            one.process.wait(max(until - clock.stopwatch(), 0.1))
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()
