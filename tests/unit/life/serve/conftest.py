"""A door in this process."""

from collections.abc import Iterator

import pytest
from small_project import Serving

from mainstay.core import clock
from mainstay.life.serve.app import App
from mainstay.life.serve.gate import Gate
from mainstay.life.serve.journal import Journal
from mainstay.life.serve.loader import Place
from mainstay.life.serve.several import Hall
from mainstay.life.serve.watching import Watch
from mainstay.seal import tokens


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
def other(serving: Serving) -> Serving:
    """Another model, late, with a serving folder of its own."""
    return serving.beside("late")


@pytest.fixture
def hall(serving: Serving, other: Serving) -> Iterator[Hall]:
    """One door for no-show and late, both live."""
    apps = []
    gate = Gate(serving.keys / tokens.FILE, clock.now)
    for one in (serving, other):
        one.publish(1)
        at = Place(one.folder, one.folder / "environments", "production")
        watch = Watch(at, one.log, one.keys / "trust.json", named=True)
        apps.append(App(watch, Journal(one.log), gate))
    made = Hall(tuple(apps))
    for app in apps:
        app.watch.look()
        assert app.watch.refused == ""
    yield made
    for app in apps:
        app.watch.stop()
        app.shadows.stop()
        app.journal.close()


@pytest.fixture
def app(serving: Serving, watch: Watch) -> Iterator[App]:
    journal = Journal(serving.log)
    made = App(watch, journal)
    yield made
    made.shadows.stop()
    journal.close()
