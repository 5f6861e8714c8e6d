"""The steps of a judgement: each is told as it begins, and how long it took is kept."""

from collections.abc import Callable

from mainstay.core import clock


class Steps:
    """Whoever judges says what begins; what was begun before has ended then."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._began: tuple[str, float] | None = None
        self._seconds: dict[str, float] = {}

    def __call__(self, step: str) -> None:
        self._end()
        self._began = step, clock.stopwatch()
        self._tell(step)

    def ended(self) -> dict[str, float]:
        """Seconds of each step in the order of their beginnings; the last has ended now."""
        self._end()
        return dict(self._seconds)

    def _end(self) -> None:
        if self._began:
            step, since = self._began
            taken = clock.stopwatch() - since
            self._seconds[step] = round(self._seconds.get(step, 0.0) + taken, 3)
        self._began = None
