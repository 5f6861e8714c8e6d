from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from mainstay.bundle import environment
from mainstay.bundle.environment import Environment
from mainstay.core.errors import Mistake
from mainstay.trainer import warm

SCRIPT = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy"]
# ///
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp("warm")
    (folder / "model.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "pylock.toml").write_bytes(environment.locked(folder / "model.py", folder))
    return environment.prepared(folder / "pylock.toml", folder / "environments")


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    yield
    warm.cool()


def process(made: Environment, seed: int = 0) -> int:
    with warm.worker(made, seed=seed) as worker:
        return worker.process


def test_the_next_one_who_asks_gets_the_same_process(made: Environment) -> None:
    first = process(made)

    assert process(made) == first


def test_a_link_to_an_environment_is_the_same_one(made: Environment, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(made.folder)

    assert process(structs.replace(made, folder=tmp_path / "link")) == process(made)


def test_a_process_started_by_a_link_outlives_the_link(made: Environment, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(made.folder)
    process(structs.replace(made, folder=link))
    link.unlink()

    with warm.worker(made, seed=0) as worker:
        assert worker.environment.program.exists()
        told = Path(f"/proc/{worker.process}/cmdline")
        if told.exists():
            assert str(link) not in told.read_text()


def test_another_seed_or_somebody_at_work_means_another_process(made: Environment) -> None:
    with warm.worker(made, seed=0) as one:
        beside = process(made)

        assert len({one.process, beside, process(made, seed=1)}) == 3


def test_a_process_beside_which_something_was_raised_ends(made: Environment) -> None:
    before = process(made)

    with pytest.raises(Mistake):
        _raised(made)

    assert process(made) != before


def _raised(made: Environment) -> None:
    with warm.worker(made, seed=0):
        raise Mistake("planted")


def test_cooling_ends_what_waits(made: Environment) -> None:
    with warm.worker(made, seed=0) as worker:
        pass

    warm.cool()

    assert not worker.alive
    assert not Path(f"/proc/{worker.process}").exists()
