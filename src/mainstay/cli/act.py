"""From a command line to the control plane and back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from mainstay.cli.main import Options
from mainstay.cli.show import show
from mainstay.control import remote
from mainstay.control.commands import Command
from mainstay.control.queries import Query
from mainstay.core import durable, settings
from mainstay.core.answers import Answer
from mainstay.core.progress import Tell, nothing


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
        yield nothing
        return
    with bar(Console(stderr=True)) as tell:
        yield tell


LONGEST = 24 * 3600.0
"""Seconds of which rich tells the speed: a fit may take longer than its own half a minute."""


@contextmanager
def bar(console: Console) -> Iterator[Tell]:
    """One line that is gone at the end: what is being done, since when, and for how long still.

    Where steps are counted the bar fills; time begins anew with what is counted anew.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, speed_estimate_period=LONGEST
    ) as progress:
        task = progress.add_task("starting", total=None, left="")

        def tell(step: str, /, *, done: int = 0, of: int = 0) -> None:
            if (of or None) != progress.tasks[0].total:
                progress.reset(task, total=of or None)
                progress.tasks[0].total = of or None  # reset takes None as no change
            words = "left" if of else ""
            progress.update(task, description=step, completed=done, left=words)

        yield tell


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
