"""A PostgreSQL and a Redis of our own, for tests, where their programs are on the machine."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

SECRET = "s3cr€t/@:?%"


@contextmanager
def postgresql(missing: Callable[[str], None]) -> Iterator[str]:
    """The URL, password included, of one whose texts are in English order."""
    programs = _programs()
    if programs is None:
        missing("no PostgreSQL on this machine")
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-") as folder:
        port = free_port()
        server = _Server(programs, Path(folder), port)
        server.starts()
        try:
            yield f"postgres://mainstay:{quote(SECRET, safe='')}@127.0.0.1:{port}/postgres"
        finally:
            server.ends()


@contextmanager
def redis(missing: Callable[[str], None]) -> Iterator[str]:
    """The URL of one that keeps nothing on disk."""
    program = shutil.which("redis-server")
    if program is None:
        missing("no Redis on this machine")
        return
    port = free_port()
    options = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no"}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, cwd="/") as server:
        try:
            answers(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def answers(port: int, seconds: float = 60, alive: Callable[[], bool] = lambda: True) -> None:
    """Waits until somebody listens. alive: whether there is anything left to wait for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens at {port}")


class _Server(NamedTuple):
    programs: Path
    folder: Path
    port: int

    def starts(self) -> None:
        """PostgreSQL refuses to run as root; then it is the account that its package made."""
        word = self.folder / "word"
        word.write_text(SECRET, encoding="utf-8")
        if os.geteuid() == 0:
            for place in (self.folder, word):
                shutil.chown(place, "postgres")
        self._run(
            "initdb", "--username=mainstay", f"--pwfile={word}", "--auth-host=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync",
        )  # fmt: skip
        options = f"-p {self.port} -k {self.folder} -c fsync=off -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "--wait", f"--log={self.folder / 'log'}", f"-o{options}", "start")

    def ends(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run(
            [self.programs / program, f"--pgdata={self.folder / 'data'}", *words],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            user="postgres" if os.geteuid() == 0 else None,
        )


def _programs() -> Path | None:
    """The folder of PostgreSQL's own programs, where it may also run."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found += [Path(path).parent for path in filter(None, [shutil.which("initdb")])]
    accounts = {one.pw_name for one in pwd.getpwall()}
    return found[-1] if found and (os.geteuid() or "postgres" in accounts) else None


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
