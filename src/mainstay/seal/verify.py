"""`mainstay-verify CERTIFICATE`: may this version answer? Offline; it needs the trust file only.

Exit codes: 0 it may, 1 a gate or a file is not as certified, 2 your mistake, 4 refused.
"""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, get_args

from mainstay.core import clock, settings
from mainstay.core.errors import Kind, MainstayError
from mainstay.seal import dsse
from mainstay.seal.certificate import Environment
from mainstay.seal.checks import CHECKS, Presented, presented
from mainstay.seal.keys import short
from mainstay.seal.trust import FILE, of_file

EXIT_CODES: dict[Kind, int] = {"mistake": 2, "missing": 2, "refused": 4}
PROMISES = ("gates", "bundle")
"""Checks of what was promised, exit code 1; the others ask who, when and where."""


class Result(NamedTuple):
    """One rule: what holds, or the reason it does not."""

    check: str
    what: str
    broken: Kind | None = None
    hint: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    options = _options(arguments)
    try:
        asked = _asked(options)
    except MainstayError as error:
        return _refuse(options.certificate, error)
    found = tuple(results(asked))
    first = next((one for one in found if one.broken), None)
    sys.stdout.write("\n".join(_lines(asked.certificate.name, found, first)) + "\n")
    return _exit_code(first)


def results(asked: Presented) -> Iterator[Result]:
    """Every rule judged, in order, also those behind a broken one."""
    who = ", ".join(f"{one.name} ({short(one.key)})" for one in asked.signers)
    yield Result("signatures", f"of {who}")
    for name, check in CHECKS.items():
        try:
            yield Result(name, check(asked))
        except MainstayError as error:
            yield Result(name, str(error), error.kind, error.hint)


def _options(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(
        "mainstay-verify", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    parser.add_argument("certificate", type=Path, help="the signed certificate, a file")
    parser.add_argument("--bundle", type=Path, help="the folder certified; else it is not read")
    parser.add_argument("--trust", type=Path, help=f"the trust file; else {FILE} beside your keys")
    parser.add_argument("--at", type=_moment, help="RFC 3339 time with a zone; else now")
    parser.add_argument("--environment", choices=get_args(Environment), default="production")
    return parser.parse_args(arguments)


def _asked(options: Namespace) -> Presented:
    trust = of_file(options.trust or settings.keys_folder() / FILE)
    return presented(
        dsse.read(options.certificate),
        trust,
        at=options.at or clock.now(),
        environment=options.environment,
        bundle=options.bundle,
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no time, write 2026-05-01T00:00:00Z") from error
    if moment.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} has no zone, write {text}Z for UTC")
    return moment


def _refuse(certificate: Path, error: MainstayError) -> int:
    hint = f"\n  hint: {error.hint}" if error.hint else ""
    verdict = "is refused" if error.kind == "refused" else "was not verified"
    sys.stderr.write(f"{certificate} {verdict}: {error}{hint}\n")
    return EXIT_CODES[error.kind]


def _exit_code(first: Result | None) -> int:
    if first is None or first.broken is None:
        return 0
    return 1 if first.check in PROMISES and first.broken == "refused" else EXIT_CODES[first.broken]


def _lines(name: str, found: tuple[Result, ...], first: Result | None) -> Iterator[str]:
    yield f"{name} is refused: {first.what}" if first else f"{name} may answer."
    yield from map(_line, found)
    if first and first.hint:
        yield f"  hint: {first.hint}"


def _line(one: Result) -> str:
    unread = one.check == "bundle" and one.what == "not looked at"
    word = "◆ broken" if one.broken else "▲ unsure" if unread else "● holds "
    return f"  {word}  {one.check:<12}{one.what}"


if __name__ == "__main__":
    sys.exit(main())
