"""What an event forbids."""

from datetime import timedelta
from pathlib import Path

import small_project
from msgspec import structs

from mainstay.control import frozen, versions
from mainstay.control import project as projects


def test_without_an_event_nothing_is_frozen(live: Path) -> None:
    with projects.opened(live) as project:
        v1 = versions.found(project, "v1")

        assert frozen.opened(project) is None
        assert frozen.frozen(project, v1) == ""


def test_a_version_is_proven_since_its_held_out_decisions_begin(live: Path) -> None:
    with projects.opened(live) as project:
        v1 = versions.found(project, "v1")
        held = frozen.proven_since(project, v1)

        assert held.date() == (small_project.END - timedelta(days=15)).date()
        assert frozen.proven_since(project, structs.replace(v1, certificate="")) is None
