"""The engine of a version in a process of its own: matrices in, scores out, see bundle.link.

Arguments: the number of a socket, the folder of the bundle, which is named by its digest, and that
of environments. It ends with whoever asks.
"""

import socket
import sys
from pathlib import Path

from mainstay.bundle import link, runtime


def main() -> None:
    """Answers until nobody asks any more."""
    number, *folders = sys.argv[1:]
    bundle, environments = map(Path, folders)
    engine = runtime.opened(bundle, environments, expected=bundle.name).engine
    with socket.socket(fileno=int(number)) as asked:
        link.answering(asked, lambda one: [engine.scores(one.arrays[0])])


if __name__ == "__main__":
    main()
