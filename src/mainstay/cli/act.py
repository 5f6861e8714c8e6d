"""From a command line to the control plane and back."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from mainstay.cli.main import Options
from mainstay.cli.show import show
from mainstay.control import remote
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.core import durable, settings
from mainstay.core.answers import Answer

Tell = Callable[[str], None]


def act(options: Options, command: Command) -> int:
    """Does a command and shows its answer; the exit code."""
    url = settings.url()
    away = url and not remote.is_local(command)
    answer = remote.handle(url, command) if away else _done(options, command)
    return show(answer, as_json=options.json)


def ask(options: Options, query: Query) -> int:
    """Asks a query and shows its answer; the exit code."""
    return show(asked(options, query), as_json=options.json)


def asked(options: Options, query: Query) -> Answer:
    """The answer to a query, from the control plane of MAINSTAY_URL where one is set."""
    url = settings.url()
    return remote.answer(url, query) if url else _answered(options, query)


def written(answer: Answer, out: Path | None) -> int:
    """Its text into a file, or on standard output; the exit code."""
    text = str(answer.facts["text"])
    if out:
        durable.write(out, text.encode())
        click.echo(f"Wrote {out}. {answer.headline}")
    else:
        click.echo(text, nl=False)
    return 0


def _done(options: Options, command: Command) -> Answer:
    """In the project's folder; what that takes is not loaded to ask elsewhere."""
    from mainstay.control import handle

    with telling() as tell:
        return handle.handle(options.folder, command, tell)


def _answered(options: Options, query: Query) -> Answer:
    from mainstay.control import handle

    with telling() as tell:
        return handle.answer(options.folder, query, tell)


@contextmanager
def telling() -> Iterator[Tell]:
    """What is being done and for how long, on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    console = Console(stderr=True)
    with console.status("starting") as status:
        yield status.update


class Day(click.ParamType[datetime]):
    """A date or time on the command line: UTC where it names no zone."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date, write 2013-04-01 or 2013-04-01T00:00Z", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def period(command: click.Command) -> click.Command:
    """Adds --from and --until to a command."""
    command.params += [
        click.Option(["--from", "since"], type=Day(), help="First decision; default: all."),
        click.Option(["--until"], type=Day(), help="Up to, not included; default: now."),
    ]
    return command
