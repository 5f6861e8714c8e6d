"""A built version beside who answers, on record and in a sentence."""

from collections.abc import Iterator
from pathlib import Path

import conftest
import lived
import pytest
import small_project

from mainstay.control import labelling, project, shadowing
from mainstay.control.commands import Build, Deploy, Watch
from mainstay.control.handle import answer, handle
from mainstay.control.queries import Status
from mainstay.core.errors import Conflict, Mistake
from mainstay.data import journal
from mainstay.data.records import VERSION
from mainstay.life.build import build
from mainstay.seal import routing
from mainstay.seal.routing import Routing


@pytest.fixture(scope="module")
def two(ripe: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """v1 live, v2 built, not certified, a shadow; do not change it."""
    folder = small_project.copied(ripe, tmp_path_factory.mktemp("two") / "no-show")
    model = folder / "model.py"
    model.write_text(model.read_text().replace("random_state=0", "random_state=7"))
    with conftest.acting(folder, small_project.AUTHOR):
        handle(folder, Deploy("v1", 1.0))
        handle(folder, Build())
        handle(folder, Deploy("v2", shadow=1.0))
    return folder


@pytest.fixture
def shadowed(two: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of it, while its author acts."""
    folder = small_project.copied(two, tmp_path / "no-show")
    with conftest.acting(folder, small_project.AUTHOR):
        yield folder


def published(folder: Path) -> Routing:
    with project.opened(folder) as opened:
        return routing.read(opened.places.serving / routing.FILE, opened.trust)


def test_a_shadow_is_published_beside_the_same_shares(shadowed: Path) -> None:
    told = published(shadowed)

    assert told.shadow is not None
    assert (told.sequence, told.shadow.version, told.shadow.share) == (2, "v2", 1.0)
    assert [(one.version, one.share) for one in told.shares] == [("v1", 1.0)]


def test_status_says_how_it_would_have_decided_and_no_decision_is_its_own(shadowed: Path) -> None:
    before = answer(shadowed, Status())
    said = lived.answered(shadowed, range(1, 2))
    handle(shadowed, Watch())
    after = answer(shadowed, Status())
    with project.opened(shadowed) as opened:
        key = labelling.shape(opened).key
        decisions = journal.read(build.opened(opened.places), opened.places.journal, (key,))
        versions = set(decisions[VERSION].to_pyarrow().to_pylist())
        found = shadowing.seen(opened)

    assert "shadow: v2 has no answers to compare yet" in before.lines
    assert found is not None
    assert found.estimate is not None
    assert found.estimate.n == len(said) == decisions.count().to_pyarrow().as_py()
    assert f"shadow: {found.note}" in after.lines
    assert versions == {"v1"}


def test_a_share_of_nothing_ends_it(shadowed: Path) -> None:
    said = handle(shadowed, Deploy("v2", shadow=0.0))

    assert published(shadowed).shadow is None
    assert said.headline.startswith("v2 is no shadow any more")


def test_another_deployment_keeps_it(shadowed: Path) -> None:
    handle(shadowed, Deploy("v1", 0.5))

    shadow = published(shadowed).shadow
    assert shadow is not None
    assert shadow.version == "v2"


def test_who_answers_is_no_shadow_and_nobody_is_a_shadow_of_nobody(
    live: Path, as_author: Path
) -> None:
    with pytest.raises(Conflict, match="v1 answers itself"):
        handle(live, Deploy("v1", shadow=1.0))
    with pytest.raises(Mistake):
        handle(live, Deploy("v1", shadow=1.5))
