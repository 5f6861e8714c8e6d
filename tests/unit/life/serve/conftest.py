"""A door in this process."""

from collections.abc import Iterator

import pytest
from small_project import Serving

from mainstay.life.serve.app import App
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.watching import Watch


@pytest.fixture
def place(serving: Serving) -> Place:
    return Place(serving.folder, serving.folder / "environments", "production")


@pytest.fixture
def watch(serving: Serving, place: Place) -> Iterator[Watch]:
    """Not started: a test calls `look`."""
    watch = Watch(place, serving.log, serving.keys / "trust.json")
    yield watch
    watch.stop()


@pytest.fixture
def app(serving: Serving, watch: Watch) -> Iterator[App]:
    journal = Journal(serving.log)
    made = App(watch, journal)
    yield made
    made.shadows.stop()
    journal.close()
