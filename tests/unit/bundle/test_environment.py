"""uv itself works here, against a package index of our own on this machine."""

import hashlib
import platform
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mainstay.bundle import environment
from mainstay.bundle.environment import existing, library_path, locked, place, prepared
from mainstay.core.errors import Broken, MainstayError, Missing, Mistake, Unavailable

HERE = platform.python_version()
HEADER = """# /// script
# requires-python = ">=3.11"
# dependencies = [{0}]
# ///
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and does not tell."""

    def log_message(self, *_: object) -> None:
        return


class Index:
    """A package index; `close` is the loss of the network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "simple").mkdir(parents=True)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/simple"

    def publish(self, name: str, version: str, **files: str) -> None:
        """A wheel with the module of that name and more files, by path with / for __."""
        wheel = f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        texts = {f"{name}.py": f"version = {version!r}\n"}
        texts |= {path.replace("__", "/"): text for path, text in files.items()}
        texts[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        texts[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        texts[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*texts, f"{info}/RECORD"])
        page = self.folder / "simple" / name
        page.mkdir(exist_ok=True)
        with zipfile.ZipFile(page / wheel, "w") as file:
            for path, text in texts.items():
                file.writestr(path, text)
        digest = hashlib.sha256((page / wheel).read_bytes()).hexdigest()
        with (page / "index.html").open("a") as listing:
            listing.write(f'<a href="{wheel}#sha256={digest}">{wheel}</a>\n')

    def close(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """With `tool` 1.0; uv asks it and nobody else, and keeps what it fetched in a new cache."""
    made = Index(tmp_path / "index")
    made.publish("tool", "1.0")
    monkeypatch.setenv("UV_DEFAULT_INDEX", made.address)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    yield made
    made.close()


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Path]:
    """A model.py with these dependencies."""

    def written(*dependencies: str) -> Path:
        path = tmp_path / "project" / "model.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER.format(", ".join(f'"{one}"' for one in dependencies)))
        return path

    return written


@pytest.fixture
def pylock(index: Index, model: Callable[..., Path], tmp_path: Path) -> Path:
    """A lock of `tool`."""
    path = tmp_path / "pylock.toml"
    path.write_bytes(locked(model("tool"), tmp_path / "work"))
    return path


def said(made: environment.Environment, program: str) -> str:
    return subprocess.run(
        [made.program, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_same_header_gives_the_same_lock_and_nothing_of_this_machine(
    index: Index, model: Callable[..., Path], tmp_path: Path
) -> None:
    one = locked(model("tool"), tmp_path / "one")
    two = locked(model("tool"), tmp_path / "two")

    assert one == two
    assert b'name = "tool"\nversion = "1.0"' in one
    assert b"sha256" in one
    assert str(tmp_path).encode() not in one
    assert not one.startswith(b"#")
    assert not list((tmp_path / "one").iterdir())


def test_locking_writes_nothing_beside_the_users_file(pylock: Path, tmp_path: Path) -> None:
    assert [path.name for path in (tmp_path / "project").iterdir()] == ["model.py"]


def test_a_lock_beside_the_file_is_kept_to(
    index: Index, model: Callable[..., Path], tmp_path: Path
) -> None:
    path = model("tool")
    subprocess.run([environment._program(), "lock", "--script", path, "--quiet"], check=True)
    index.publish("tool", "2.0")
    shutil.rmtree(tmp_path / "cache")

    kept = locked(path, tmp_path / "work")
    path.with_name("model.py.lock").unlink()

    assert b'name = "tool"\nversion = "1.0"' in kept
    assert b'name = "tool"\nversion = "2.0"' in locked(path, tmp_path / "work")


def test_an_environment_holds_what_the_lock_says(pylock: Path, tmp_path: Path) -> None:
    made = prepared(pylock, tmp_path / "environments")

    assert said(made, "import tool; print(tool.version)") == "1.0"
    assert said(made, "import platform; print(platform.python_version())") == made.python
    assert made.python.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")
    assert made.digest == hashlib.sha256(pylock.read_bytes()).hexdigest()
    assert made.folder.name == f"{made.digest}-{made.python}"


def test_an_environment_that_is_there_is_taken_without_uv(
    pylock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = prepared(pylock, tmp_path / "environments")
    monkeypatch.setenv("MAINSTAY_UV", str(tmp_path / "no-uv"))

    again = prepared(pylock, tmp_path / "environments", python=made.python)

    assert again == made


@pytest.mark.slow
def test_makers_at_the_same_time_end_with_one_whole_environment(
    pylock: Path, tmp_path: Path
) -> None:
    environments = tmp_path / "environments"

    with ThreadPoolExecutor(4) as makers:
        made = set(makers.map(lambda _: prepared(pylock, environments), range(4)))

    (only,) = made
    assert said(only, "import tool; print(tool.version)") == "1.0"
    assert list(environments.iterdir()) == [only.folder]


def test_without_a_network_what_uv_has_seen_is_enough(
    index: Index, pylock: Path, model: Callable[..., Path], tmp_path: Path
) -> None:
    prepared(pylock, tmp_path / "environments")
    before = pylock.read_bytes()

    index.close()

    assert locked(model("tool"), tmp_path / "work") == before
    another = prepared(pylock, tmp_path / "others")
    assert said(another, "import tool; print(tool.version)") == "1.0"


def test_without_a_network_and_without_a_cache_it_is_unavailable(
    index: Index, pylock: Path, model: Callable[..., Path], tmp_path: Path
) -> None:
    index.close()
    shutil.rmtree(tmp_path / "cache")

    with pytest.raises(Unavailable, match=r"^model.py: uv says: .*http://127") as caught:
        locked(model("tool"), tmp_path / "work")
    with pytest.raises(Unavailable, match=r"^pylock.toml: uv says: "):
        prepared(pylock, tmp_path / "environments")

    assert "\n" not in str(caught.value)
    assert caught.value.hint.startswith("connect once")
    assert not list((tmp_path / "environments").iterdir())


def test_what_was_downloaded_must_be_what_was_locked(
    index: Index, pylock: Path, tmp_path: Path
) -> None:
    (index.folder / "simple" / "tool" / "index.html").unlink()
    index.publish("tool", "1.0", other="print('other')")
    shutil.rmtree(tmp_path / "cache")

    with pytest.raises(Broken, match=r"^pylock.toml: uv says: .*ash mismatch"):
        prepared(pylock, tmp_path / "environments")

    assert not list((tmp_path / "environments").iterdir())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (HEADER.format('"absent-tool"'), "absent-tool was not found in the package registry"),
        (HEADER.format('"tool==9"'), "there is no version of tool==9"),
        (HEADER.format('"tool=="'), "TOML parse error at line 2, column 17 Unexpected end"),
        (HEADER.format("tool"), "TOML parse error at line 2, column 17"),
        ("def train(): ...", "does not contain a PEP 723 metadata tag"),
        ("# /// script\n# dependencies = []\n", "without a closing tag"),
    ],
)
def test_a_header_that_does_not_hold_is_told_in_one_line(
    index: Index, tmp_path: Path, text: str, what: str
) -> None:
    path = tmp_path / "model.py"
    path.write_text(text)

    with pytest.raises(Mistake) as caught:
        locked(path, tmp_path / "work")

    assert str(caught.value).startswith("model.py: uv says: ")
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "`dependencies`" in caught.value.hint


def test_a_folder_of_this_machine_is_no_dependency(index: Index, tmp_path: Path) -> None:
    project = tmp_path / "own"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1"\n')
    path = tmp_path / "model.py"
    source = f'# [tool.uv.sources]\n# own = {{ path = "{project}" }}\n# ///'
    path.write_text(HEADER.format('"own"').replace("# ///\n", source))

    with pytest.raises(Mistake, match="own comes from a folder of this machine"):
        locked(path, tmp_path / "work")


def test_no_dependencies_are_an_environment_too(
    index: Index, model: Callable[..., Path], tmp_path: Path
) -> None:
    path = tmp_path / "pylock.toml"
    path.write_bytes(locked(model(), tmp_path / "work"))

    made = prepared(path, tmp_path / "environments")

    assert said(made, "print(1)") == "1"


def test_a_python_that_is_not_there_is_unavailable(pylock: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"No interpreter found for Python 3.11.99") as caught:
        prepared(pylock, tmp_path / "environments", python="3.11.99")

    assert caught.value.hint.startswith("uv python install")


def test_without_uv_it_is_told_where_it_was_looked_for(
    pylock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAINSTAY_UV", str(tmp_path / "no-uv"))

    with pytest.raises(Missing, match="no-uv") as caught:
        prepared(pylock, tmp_path / "environments")

    assert "MAINSTAY_UV" in caught.value.hint


def test_uv_on_the_path_serves_where_none_is_beside_this_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "uv"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(environment.sysconfig, "get_path", lambda _: str(tmp_path / "none"))

    assert environment._program() == str(program)


def test_a_libgomp_that_wheels_bring_is_linked(
    index: Index, model: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("learner", "lister"):
        index.publish(name, "1.0", **{f"{name}.libs/libgomp-abc.so.1.0.0": f"of {name}"})
    path = tmp_path / "pylock.toml"
    path.write_bytes(locked(model("learner", "lister"), tmp_path / "work"))

    made = prepared(path, tmp_path / "environments")

    assert (library_path(made) / "libgomp.so.1").read_text() == "of learner"


def test_where_no_wheel_brings_one_the_folder_is_empty(pylock: Path, tmp_path: Path) -> None:
    made = prepared(pylock, tmp_path / "environments")

    assert list(library_path(made).iterdir()) == []


def test_every_complaint_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(MainstayError):
        environment._said(["no-such-command"], tmp_path, "model.py")


@pytest.mark.slow
def test_lightgbm_starts_where_the_machine_has_no_libgomp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: Callable[[str], None]
) -> None:
    path = tmp_path / "pylock.toml"
    try:
        path.write_bytes(locked(Path("examples/flights/model.py"), tmp_path / "work"))
        made = prepared(path, tmp_path / "environments")
    except Unavailable as error:
        missing(str(error))
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "libgomp.so.1").write_bytes(b"")
    loading = [made.program, "-c", "import lightgbm"]

    without = subprocess.run(
        loading, env={"LD_LIBRARY_PATH": str(broken)}, capture_output=True, text=True
    )
    with_ours = subprocess.run(
        loading, env={"LD_LIBRARY_PATH": f"{library_path(made)}:{broken}"}, capture_output=True
    )

    assert "libgomp.so.1: file too short" in without.stderr
    assert with_ours.returncode == 0


def test_an_environment_that_exists_is_found_without_uv(
    pylock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = place(pylock, tmp_path, "3.11.7")
    with pytest.raises(Missing, match=f"{made.name} is not in") as missing:
        existing(pylock, tmp_path, python="3.11.7")
    made.mkdir()
    monkeypatch.setenv("MAINSTAY_UV", "nowhere")

    assert missing.value.hint == "mainstay deploy publishes it with the bundle"
    assert existing(pylock, tmp_path, python="3.11.7").folder == made
