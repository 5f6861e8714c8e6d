"""Threads that ask a door for as long as a test does something to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Over = threading.Event


@contextmanager
def calling(callers: int, ask: Callable[[int, Over], None]) -> Iterator[None]:
    """So many callers until the block ends; each is given its number and asks until it is over."""
    over = Over()
    threads = [threading.Thread(target=ask, args=(number, over)) for number in range(callers)]
    for one in threads:
        one.start()
    try:
        yield
    finally:
        over.set()
        for one in threads:
            one.join()
