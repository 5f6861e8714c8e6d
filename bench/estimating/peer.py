"""nannyml's own package in an environment of its own, asked over pipes, so that turns are short."""

import json
import subprocess
from pathlib import Path

from bench.servers import peers
from bench.servers.process import NotReady
from mainstay.core import settings

PROGRAM = Path(__file__).with_name("nannyml_app.py")


class Peer:
    """One process, asked one thing after another."""

    def __init__(self) -> None:
        """Raises NotReady where its environment cannot be made."""
        python = peers.installed("nannyml") / "python"
        given = {**settings.child_environment(), "NML_DISABLE_USAGE_LOGGING": "1"}
        self._process = subprocess.Popen(
            [str(python), str(PROGRAM)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=given,
        )  # fmt: skip

    def asked(self, **command: object) -> dict[str, object]:
        """Its answer. Raises NotReady where it ends instead."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin, "it has pipes"
        assert stdout, "it has pipes"
        stdin.write(json.dumps(command) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise NotReady(f"nannyml ended at {command['do']}")
        return dict(json.loads(line))

    def end(self) -> None:
        """It is not asked any more."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
