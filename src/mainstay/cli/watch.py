"""`mainstay watch`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options, shared
from mainstay.control.commands import Watch
from mainstay.control.queries import Simulate


@click.group(invoke_without_command=True)
@click.pass_context
def watch(context: click.Context) -> int | None:
    """Judge the live windows that are over."""
    return None if context.invoked_subcommand else act(context.obj, Watch())


@watch.command(params=shared())
@click.argument("version", default="")
@click.option("--streams", default=20, show_default=True, help="How often the past is drawn anew.")
@click.option("--windows", default=100, show_default=True, help="Of each stream.")
@click.pass_obj
def simulate(options: Options, version: str, streams: int, windows: int) -> int:
    """Try the watch on a version's own reference: false alarms, and how soon a shift shows."""
    return ask(options, Simulate(version, streams, windows))
