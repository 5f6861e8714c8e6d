"""The process settings: the only reader of the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mainstay.core.errors import Mistake

NAMES = (
    "MAINSTAY_CLOCK", "MAINSTAY_KEYS", "MAINSTAY_KEY", "MAINSTAY_UV", "MAINSTAY_CHANNELS",
    "MAINSTAY_JOURNAL_GB", "MAINSTAY_URL", "MAINSTAY_TOKEN", "MAINSTAY_TOKEN_FILE",
    "MAINSTAY_LEDGER", "MAINSTAY_SOURCES", "MAINSTAY_CONTEXT", "MAINSTAY_ENGINE",
)  # fmt: skip

_HARMLESS = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "COVERAGE_PROCESS_START",
    "COVERAGE_PROCESS_CONFIG",
)  # fmt: skip


def clock_file() -> Path | None:
    """MAINSTAY_CLOCK: a file with the replay time; unset means the machine's clock."""
    return _path("MAINSTAY_CLOCK")


def keys_folder() -> Path:
    """MAINSTAY_KEYS: where private keys and the trust file lie; default ~/.config/mainstay."""
    return _path("MAINSTAY_KEYS") or Path.home() / ".config" / "mainstay"


def key_name() -> str:
    """MAINSTAY_KEY: the name of the key that signs; empty means the only one there is."""
    return os.environ.get("MAINSTAY_KEY", "")


def uv() -> str:
    """MAINSTAY_UV: the uv program; empty means the one installed beside Mainstay, then PATH."""
    return os.environ.get("MAINSTAY_UV", "")


def channels_file() -> Path | None:
    """MAINSTAY_CHANNELS: where incidents are told; unset: channels.toml beside the keys, if any."""
    return _path("MAINSTAY_CHANNELS")


def sources_file() -> Path | None:
    """MAINSTAY_SOURCES: credentials of sources; unset: sources.toml beside the keys, if any."""
    return _path("MAINSTAY_SOURCES")


def context() -> str:
    """MAINSTAY_CONTEXT: of a Redis that keeps views of context; empty: the serving folder does."""
    return os.environ.get("MAINSTAY_CONTEXT", "")


def engine() -> str:
    """MAINSTAY_ENGINE: what computes on sources; empty means the engine that the contract names."""
    return os.environ.get("MAINSTAY_ENGINE", "")


def journal_bytes() -> int:
    """MAINSTAY_JOURNAL_GB: how large a door's journal may become; default 64. Raises Mistake."""
    text = os.environ.get("MAINSTAY_JOURNAL_GB", "64")
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = 0.0
    if not 0 < gigabytes < 1e9:
        raise Mistake(
            f'MAINSTAY_JOURNAL_GB is "{text}", no number of gigabytes', hint="write 64, or 0.5"
        )
    return int(gigabytes * 1e9)


def ledger() -> str:
    """MAINSTAY_LEDGER: of a PostgreSQL that keeps the ledger; empty means a file in the project."""
    return os.environ.get("MAINSTAY_LEDGER", "")


def url() -> str:
    """MAINSTAY_URL: a control plane that commands go to; empty means the project's folder."""
    return os.environ.get("MAINSTAY_URL", "").rstrip("/")


def token() -> str:
    """MAINSTAY_TOKEN, else what MAINSTAY_TOKEN_FILE holds; empty means none. Raises Mistake."""
    path = _path("MAINSTAY_TOKEN_FILE")
    if os.environ.get("MAINSTAY_TOKEN") or path is None:
        return os.environ.get("MAINSTAY_TOKEN", "")
    try:
        if path.stat().st_mode & 0o077:
            raise Mistake(f"others can read the token in {path}", hint=f"chmod 600 {path}")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"MAINSTAY_TOKEN_FILE cannot be read: {error}") from error


def secret(name: str) -> str:
    """A variable that an operator named as the place of a secret; empty where it is not set."""
    return os.environ.get(name, "")


@contextmanager
def given(values: dict[str, str]) -> Iterator[None]:
    """These settings while the block runs, in this process and its children. Not thread-safe."""
    unknown = values.keys() - set(NAMES)
    if unknown:
        raise ValueError(f"{sorted(unknown)} are no settings")
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def child_environment(*, library_path: str = "") -> dict[str, str]:
    """The environment of a subprocess that runs the user's code: no secrets, only what it needs."""
    child = {name: os.environ[name] for name in _HARMLESS if name in os.environ}
    paths = [path for path in (library_path, child.get("LD_LIBRARY_PATH", "")) if path]
    return {**child, "LD_LIBRARY_PATH": ":".join(paths)} if paths else child


def _path(name: str) -> Path | None:
    text = os.environ.get(name, "")
    return Path(text).expanduser() if text else None
