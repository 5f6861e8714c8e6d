"""The engine of a version in a process of its own: matrices in on stdin, scores out on stdout.

Arguments: the folder of the bundle, which is named by its digest, and that of environments. It ends
with its input. Frames: see apart.
"""

import sys
from pathlib import Path

import numpy as np

from mainstay.bundle import runtime
from mainstay.bundle.runtime import Engine, Matrix
from mainstay.core.errors import Mistake
from mainstay.life.score.apart import FAILED, HEAD, REFUSED, SAID, framed


def main() -> None:
    """Answers until nobody asks any more."""
    bundle, environments = map(Path, sys.argv[1:])
    opened = runtime.opened(bundle, environments, expected=bundle.name)
    asked, said = sys.stdin.buffer, sys.stdout.buffer
    while head := asked.read(HEAD.size):
        _, rows, columns = HEAD.unpack(head)
        content = asked.read(rows * columns * 8)
        said.writelines(answer(opened.engine, np.frombuffer(content).reshape(rows, columns)))
        said.flush()


def answer(engine: Engine, matrix: Matrix) -> list[bytes | memoryview]:
    """One frame: scores, or why there are none."""
    try:
        return framed(SAID, engine.scores(matrix))
    except Mistake as error:
        return framed(REFUSED, str(error))
    except Exception as error:  # noqa: BLE001 - an engine may fail in any way
        return framed(FAILED, str(error))


if __name__ == "__main__":
    main()
