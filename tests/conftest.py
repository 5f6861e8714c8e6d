"""Markers come from the folder; what a machine lacks is a skip, or with --require=all a failure."""

import fcntl
import gc
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import servers
import small_project
from small_project import acting
from tabled import Tabled

from mainstay.cli.main import GARBAGE

FOLDERS = {"unit", "refusals", "laws", "e2e", "conformance", "engines", "browser"}

# Shared machines pause a test for longer than any deadline that would still say something.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.register_profile("few", deadline=None, max_examples=5)
hypothesis.settings.load_profile("house")
gc.set_threshold(GARBAGE, 20, 20)  # as in a command


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require", default="", help="all: what the machine lacks is a failure")
    parser.addoption("--cases", default="", help="one: of a test with several, the first alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--cases") == "one":
        first = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
        kept = {id(item) for item in first.values()}
        config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
        items[:] = [item for item in items if id(item) in kept]
    root = Path(__file__).parent
    for item in items:
        inside = item.path.is_relative_to(root)
        folder = item.path.relative_to(root).parts[0] if inside else ""
        if folder in FOLDERS:
            item.add_marker(folder)
    # What takes longest begins first: at the end nobody is left to wait for.
    items.sort(key=lambda item: [not item.get_closest_marker(one) for one in ("minutes", "slow")])


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # thousands of tests, looked through for garbage by each of them otherwise


def pytest_unconfigure() -> None:
    gc.unfreeze()


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder made by the process of this run that asks first; nobody may change it after that."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder.with_suffix(".made")
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def missing(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Call it with a reason when the machine lacks something."""
    lacking = pytest.fail if request.config.getoption("--require") == "all" else pytest.skip

    def skip_or_fail(reason: str) -> None:
        lacking(reason)

    return skip_or_fail


@pytest.fixture(scope="session")
def server(missing: Callable[[str], None]) -> Iterator[str]:
    """The URL of a PostgreSQL; whoever asks takes a schema of their own."""
    with servers.postgresql(missing) as url:
        yield url


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes sources.toml, which only its owner may read."""
    file = tmp_path / "sources.toml"
    file.touch(0o600)
    monkeypatch.setenv("MAINSTAY_SOURCES", str(file))
    return lambda text: file.write_text(text) and None


@pytest.fixture
def tabled(server: str, credentials: Callable[[str], None]) -> Iterator[Tabled]:
    """Nothing yet, in a schema of its own; sources.toml holds the password."""
    import psycopg

    stated, schema = psycopg.conninfo.conninfo_to_dict(server), f"s{uuid.uuid4().hex[:12]}"
    url = f"postgres://mainstay@127.0.0.1:{stated['port']}/postgres"
    credentials(f"[sources.shop]\nat = \"{url}\"\nsecret = '{stated['password']}'\n")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield Tabled(f"{url}#{schema}.scores", connection, schema)


@pytest.fixture(scope="session")
def redis(missing: Callable[[str], None]) -> Iterator[str]:
    """The URL of a Redis; whoever asks takes names of their own."""
    with servers.redis(missing) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees the keys, the clock or the settings of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "MAINSTAY_CLOCK",
            "MAINSTAY_KEY",
            "MAINSTAY_UV",
            "MAINSTAY_URL",
            "MAINSTAY_TOKEN",
            "MAINSTAY_TOKEN_FILE",
            "MAINSTAY_LEDGER",
            "MAINSTAY_SOURCES",
            "MAINSTAY_ENGINE",
            "MAINSTAY_CONTEXT",
        ):
            patch.delenv(name, raising=False)
        patch.setenv("MAINSTAY_KEYS", str(tmp_path_factory.mktemp("keys")))
        yield


@pytest.fixture(scope="session")
def born(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with keys and a certified v1 that waits for approval; do not change it."""
    return shared(tmp_path_factory, "born", _born) / "no-show"


def _born(place: Path) -> None:
    from mainstay.control.commands import Build, Certify, NewKey, Trust  # seconds that others save
    from mainstay.control.handle import handle

    folder = small_project.written(place / "no-show")
    with acting(folder, small_project.AUTHOR):
        for name, role in ((small_project.AUTHOR, "author"), (small_project.APPROVER, "approver")):
            handle(folder, NewKey(name))
            handle(folder, Trust(name, role))
        handle(folder, Build())
        certified = handle(folder, Certify())
    assert certified.verdict == "pass", certified


@pytest.fixture
def project(born: Path, tmp_path: Path) -> Path:
    """A copy of the certified project, with its keys, to do anything with."""
    return small_project.copied(born, tmp_path / "no-show")


@pytest.fixture(scope="session")
def ripe(born: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certified project after its approval; do not change it."""
    return shared(tmp_path_factory, "ripe", lambda place: _ripe(born, place)) / "no-show"


def _ripe(born: Path, place: Path) -> None:
    from mainstay.control.commands import Approve
    from mainstay.control.handle import handle

    folder = small_project.copied(born, place / "no-show")
    with acting(folder, small_project.APPROVER):
        handle(folder, Approve("v1"))


@pytest.fixture
def serving(ripe: Path, tmp_path: Path) -> Iterator[small_project.Serving]:
    """A serving folder without a routing, in the time of the project."""
    project = tmp_path / "project"
    shutil.copytree(ripe / ".mainstay" / "certificates", project / ".mainstay" / "certificates")
    for name in ("bundles", "environments"):
        (project / ".mainstay" / name).symlink_to(ripe / ".mainstay" / name)
    shutil.copytree(ripe / "keys", project / "keys")
    with acting(project, small_project.AUTHOR):
        yield small_project.serving(project, tmp_path)


@pytest.fixture
def as_author(project: Path) -> Iterator[Path]:
    """The copied project, while its author acts."""
    with acting(project, small_project.AUTHOR):
        yield project


@pytest.fixture
def as_approver(project: Path) -> Iterator[Path]:
    """The copied project, while its approver acts."""
    with acting(project, small_project.APPROVER):
        yield project
