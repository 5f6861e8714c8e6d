"""What happened, in order, told as it happens and kept as figures."""

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from mainstay.core import clock


class Story:
    """The demo's record: lines for a person, figures and seconds by step for demo.json."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}
        self.seconds: dict[str, float] = {}
        self._began = clock.stopwatch()

    def tell(self, when: str, what: str) -> None:
        """One line of the story."""
        sys.stdout.write(f"  {when:<9}{what}\n")
        sys.stdout.flush()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Counts the time of a step; the same name again adds up."""
        began = clock.stopwatch()
        try:
            yield
        finally:
            taken = clock.stopwatch() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + taken

    def written(self, path: Path) -> None:
        """All figures as one JSON file."""
        total = clock.stopwatch() - self._began
        seconds = {name: round(taken, 2) for name, taken in self.seconds.items()}
        made = {
            **self.figures,
            "seconds": {**seconds, "total": round(total, 2)},
            "peak_mb": peak_mb(),
        }
        path.write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")


def peak_mb() -> int:
    """The largest memory of this process or of any child that has ended, in MB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) // 1024
