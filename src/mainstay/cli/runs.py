"""`mainstay runs`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import CancelRun
from mainstay.control.queries import OneRun, Runs


@click.command("list")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--job", default="", help="Only runs of one job.")
@click.option("--state", default="", help="Only those in one state, as failed.")
@click.pass_obj
def list_(options: Options, last: int, job: str, state: str) -> int:
    """What ran and what is to run, newest last."""
    return ask(options, Runs(last, job, state))


@click.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--lines", default=50, show_default=True, type=click.IntRange(1, 1000))
@click.pass_obj
def show(options: Options, number: int, lines: int) -> int:
    """One run, with the end of its log."""
    return ask(options, OneRun(number, lines))


@click.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--because", required=True, help="The reason, kept on record.")
@click.pass_obj
def cancel(options: Options, number: int, because: str) -> int:
    """Call a run off: who is at it stops at its next step."""
    return act(options, CancelRun(number, because))
