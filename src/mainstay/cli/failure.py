"""What went wrong, told to a person or to a script, and the exit code that says it."""

import platform
import shlex
import sys
import tempfile
import traceback
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from mainstay import __version__
from mainstay.core import digest, errors
from mainstay.core.errors import Bug, Kind, MainstayError, MissingExtra, Mistake, Mistakes
from mainstay.core.places import Places

EXIT_CODES: dict[Kind, int] = {
    "broken": 1, "mistake": 2, "missing": 2, "unsure": 3, "refused": 4, "conflict": 4,
    "unavailable": 5, "bug": 70,
}  # fmt: skip
STOPPED = 130


def told(error: Exception, arguments: list[str]) -> int:
    """Tell it on standard error, with --json on standard output; the exit code."""
    folder, as_json = _shared(arguments)
    if isinstance(error, click.Abort):
        again = shlex.join(["mainstay", *arguments])
        what = "Stopped. What was finished is kept."
        stop = {"kind": "stopped", "what": what, "hint": again}
        _print(stop, f"{what}\nNext: {again}", as_json=as_json)
        return STOPPED
    known = _known(error, folder, arguments)
    _print(msgspec.to_builtins(errors.facts(known)), text(known), as_json=as_json)
    return EXIT_CODES[known.kind]


def text(error: MainstayError) -> str:
    """What, then the hint; many mistakes end with their number."""
    hint = f"\n  hint: {error.hint}" if error.hint else ""
    return f"{error}{hint}{_number(error)}"


def _number(error: MainstayError) -> str:
    if not isinstance(error, Mistakes):
        return ""
    count = len(error.findings)
    return f"\n{count} mistake{'s' * (count != 1)}, nothing was run."


def _print(error: Mapping[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode({"error": error}).decode())
    else:
        print(words, file=sys.stderr)


def _known(error: Exception, folder: Path, arguments: list[str]) -> MainstayError:
    match error:
        case MainstayError() if error.kind != "bug":
            return error
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "mainstay"
            return Mistake(error.format_message(), hint=f"{path} --help")
        case click.ClickException():
            return Mistake(error.format_message())
        case ModuleNotFoundError() if not (error.name or "mainstay").startswith("mainstay"):
            return MissingExtra("full")
        case _:
            return _reported(error, folder, arguments)


def _reported(error: Exception, folder: Path, arguments: list[str]) -> Bug:
    trace = "".join(traceback.format_exception(error))
    where = f"mainstay {__version__}, Python {platform.python_version()}, {platform.platform()}"
    path = _reports(folder) / f"{digest.of_bytes(trace.encode())[:12]}.txt"
    path.write_text(f"{where}\n$ {shlex.join(['mainstay', *arguments])}\n\n{trace}", "utf-8")
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Bug(f"{what}\nThis is our mistake, not yours.", hint=f"please send us {path}")


def _reports(folder: Path) -> Path:
    """Where reports lie: beside the project's state, or where that cannot be written, apart."""
    reports = Places(folder).state / "reports"
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="mainstay-"))
    return reports


def _shared(arguments: list[str]) -> tuple[Path, bool]:
    """--folder and --json read again: click's own contexts are gone when an error arrives."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--folder", nargs="?", type=Path, default=Path(), const=Path())
    parser.add_argument("--json", action="store_true")
    given, _ = parser.parse_known_args(arguments)
    return (given.folder if given.folder.is_dir() else Path()), given.json
