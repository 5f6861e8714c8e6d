"""One step works while the next one does, and waits where that one is slower."""

import queue
import threading
from collections.abc import Generator, Iterator
from typing import Generic, NamedTuple, TypeVar

_Item = TypeVar("_Item")
_WAIT = 0.1  # seconds between looks whether anybody still asks


class _End(NamedTuple):
    """No more items, and why, where that was an error."""

    error: BaseException | None


class Ahead(Generic[_Item]):
    """Items of a generator, made in a thread, at most `most` before they are asked for.

    What it raises is raised where the next item is asked for. Close it.
    """

    def __init__(self, items: Generator[_Item, None, None], most: int) -> None:
        self._items = items
        self._made: queue.Queue[_Item | _End] = queue.Queue(most)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[_Item]:
        while not isinstance(one := self._made.get(), _End):
            yield one
        if one.error:
            raise one.error

    def close(self) -> None:
        """Makes no more, and waits until the one under way is made."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        error = None
        try:
            for one in self._items:
                if not self._put(one):
                    break
        except BaseException as raised:  # noqa: BLE001 - it is raised where it is asked for
            error = raised
        finally:
            self._items.close()
        self._put(_End(error))

    def _put(self, one: _Item | _End) -> bool:
        """False where nobody asks any more."""
        while not self._closed.is_set():
            try:
                self._made.put(one, timeout=_WAIT)
            except queue.Full:
                continue
            return True
        return False
