"""A model's own Python: a hash lock from its PEP 723 header, an environment made from that lock.

uv does the work; nothing here parses requirements.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mainstay.core import digest, settings
from mainstay.core.errors import Broken, MainstayError, Missing, Mistake, Unavailable

OFFLINE = (
    "Failed to fetch",
    "Failed to download",
    "error sending request",
    "network was disabled",
    "dns error",
    "timed out",
)


class Environment(msgspec.Struct, frozen=True):
    """Where a Python lives; python: its full version; digest: of the lock it was made from."""

    folder: Path
    python: str
    digest: str

    @property
    def program(self) -> Path:
        """The interpreter."""
        return self.folder / "bin" / "python"


def locked(model_py: Path, work: Path) -> bytes:
    """The lock (pylock.toml, PEP 751) of a script's PEP 723 header, for every platform.

    The script is copied into a folder below work; a lock of uv's beside it (`model.py.lock`) is
    kept to. Without a network uv answers from its cache. Raises Mistake, Missing, Unavailable.
    """
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work) as folder:
        for path in (model_py, model_py.with_name(f"{model_py.name}.lock")):
            if path.exists():
                shutil.copy(path, folder)
        export = ["export", "--script", model_py.name, "--format", "pylock.toml", "--no-header"]
        text = _patient(export, Path(folder), model_py.name)
    _portable(tomllib.loads(text), model_py.name)
    return text.encode()


def prepared(pylock: Path, environments: Path, *, python: str = "") -> Environment:
    """The environment of a lock, made unless it is there already; two makers at once are safe.

    python: the full version, for example 3.11.7; empty means the minor version that runs
    Mainstay where the lock admits it, else any admitted. Raises Mistake, Missing, Broken (a
    hash), Unavailable.
    """
    environments = environments.resolve()  # the process that runs there has a folder of its own
    environments.mkdir(parents=True, exist_ok=True)
    lock = digest.of_file(pylock)
    version = python or _version(pylock)
    environment = Environment(place(pylock, environments, version), version, lock)
    return environment if environment.folder.exists() else _published(pylock, environment)


def existing(pylock: Path, environments: Path, *, python: str) -> Environment:
    """The environment of a lock that somebody made before. Raises Missing; never runs uv."""
    folder = place(pylock, environments.resolve(), python)
    if not folder.is_dir():
        raise Missing(
            f"the model's environment {folder.name} is not in {environments}",
            hint="mainstay deploy publishes it with the bundle",
        )
    return Environment(folder, python, digest.of_file(pylock))


def place(pylock: Path, environments: Path, python: str) -> Path:
    """Where the environment of a lock lies, or would."""
    return environments / f"{digest.of_file(pylock)}-{python}"


def library_path(environment: Environment) -> Path:
    """A folder with `libgomp.so.1` where a wheel brought one: first in LD_LIBRARY_PATH.

    Stock LightGBM asks the machine for it; small images have none.
    """
    return environment.folder / "libraries"


def _published(pylock: Path, environment: Environment) -> Environment:
    """Made under another name and renamed: a half-made environment is never found."""
    environments = environment.folder.parent
    with tempfile.TemporaryDirectory(prefix="making-", dir=environments) as making:
        made = _made(pylock, msgspec.structs.replace(environment, folder=Path(making, "made")))
        try:
            made.folder.rename(environment.folder)
        except OSError:
            if not environment.folder.exists():
                raise
    return environment


def _made(pylock: Path, environment: Environment) -> Environment:
    folder = environment.folder
    folder.mkdir(exist_ok=True)
    shutil.copy(pylock, folder / "pylock.toml")
    venv = ["venv", "--quiet", "--relocatable", "--no-project", "--allow-existing"]
    _said([*venv, "--python", environment.python, "."], folder, pylock.name)
    sync = ["pip", "sync", "--quiet", "--preview-features", "pylock", "--allow-empty-requirements"]
    _said([*sync, "--python", "bin/python", "pylock.toml"], folder, pylock.name)
    _link_libraries(folder)
    return environment


def _link_libraries(folder: Path) -> None:
    libraries = folder / "libraries"
    libraries.mkdir()
    for found in sorted(folder.glob("lib/python*/site-packages/*.libs/libgomp-*.so*"))[:1]:
        (libraries / "libgomp.so.1").symlink_to(os.path.relpath(found, libraries))


def _version(pylock: Path) -> str:
    admitted = tomllib.loads(pylock.read_text(encoding="utf-8")).get("requires-python", "")
    same = f"=={sys.version_info.major}.{sys.version_info.minor}.*"
    find = ["python", "find", "--no-project", "--system", "--show-version"]
    try:
        request = f"{admitted},{same}" if admitted else same
        return _said([*find, request], pylock.parent, pylock.name).strip()
    except MainstayError:
        return _said([*find, admitted or ">=3"], pylock.parent, pylock.name).strip()


def _patient(arguments: list[str], folder: Path, name: str) -> str:
    """With the network; where there is none, from uv's cache."""
    try:
        return _said(arguments, folder, name)
    except Unavailable as unreachable:
        try:
            return _said([*arguments, "--offline"], folder, name)
        except MainstayError:
            raise unreachable from None


def _said(arguments: list[str], folder: Path, name: str) -> str:
    """What uv printed; what it complained of is raised in one line."""
    command = [_program(), *arguments, "--no-progress", "--color", "never"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _complaint(done.stderr, name)
    return done.stdout


def _complaint(stderr: str, name: str) -> MainstayError:
    what = f"{name}: uv says: {_line(stderr)}"
    if "ash mismatch" in stderr:
        return Broken(what, hint="what was downloaded is not what was locked: do not use it")
    if any(sign in stderr for sign in OFFLINE):
        return Unavailable(what, hint="connect once: what uv has downloaded it keeps in its cache")
    if "No interpreter found" in stderr:
        return Unavailable(what, hint="uv python install, with the version that is asked for")
    return Mistake(what, hint=f"see `dependencies` and `requires-python` at the top of {name}")


def _line(stderr: str) -> str:
    """The complaint in one line, without uv's drawing, its progress and its hints."""
    said = ""
    for line in stderr.partition("\nhint:")[0].splitlines():
        text = line.strip().lstrip("×╰├─▶│ ")
        drawing = set(text) <= set("^|~ ") or "|" in text[:6]
        if drawing or text.startswith(("warning:", "Resolved ", "Using ")):
            continue
        said += "; " if text.startswith("cause: ") else " "
        said += text.removeprefix("error: ").removeprefix("cause: ")
    return said.strip()


def _program() -> str:
    """MAINSTAY_UV, then the uv beside this Python, then the one on PATH."""
    beside = Path(sysconfig.get_path("scripts"), "uv")
    found = settings.uv() or (str(beside) if beside.exists() else shutil.which("uv"))
    if not found or not shutil.which(found):
        raise Missing(
            f"uv makes the models' environments and is not there: looked for {found or 'uv'}, "
            f"{beside} and on PATH",
            hint="pip install uv, or set MAINSTAY_UV to the program",
        )
    return found


def _portable(lock: dict[str, Any], name: str) -> None:
    """A lock that names a folder of this machine would not hold on another one."""
    for package in lock.get("packages", []):
        local = [text for text in _addresses(package) if text.startswith("file:")]
        if local or "directory" in package:
            raise Mistake(
                f"{name}: {package['name']} comes from a folder of this machine",
                hint="name a published release, so that the lock holds everywhere",
            )


def _addresses(value: object) -> Iterator[str]:
    """Every text in a package of a lock; what stands under `path` becomes a file address."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from [f"file:{member}"] if key == "path" else _addresses(member)
    elif isinstance(value, list):
        for member in value:
            yield from _addresses(member)
    elif isinstance(value, str):
        yield value
