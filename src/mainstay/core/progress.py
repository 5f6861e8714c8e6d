"""How far long work is, told to whoever watches it."""

from typing import Protocol


class Tell(Protocol):
    """Told each step of long work as it begins."""

    def __call__(self, step: str, /, *, done: int = 0, of: int = 0) -> None:
        """done: steps of the same kind that are over, of so many; of 0 where nobody can count."""


def nothing(_step: str, /, *, done: int = 0, of: int = 0) -> None:
    """Tells nobody."""
