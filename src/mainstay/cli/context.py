"""`mainstay context`."""

from datetime import datetime

import click

from mainstay.cli.act import Day, act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import RefreshContext
from mainstay.control.queries import ContextSkew, ContextViews


@click.command()
@click.pass_obj
def refresh(options: Options) -> int:
    """Make its views of what is known now."""
    return act(options, RefreshContext())


@click.command()
@click.pass_obj
def show(options: Options) -> int:
    """Say what they hold, and how fresh it is."""
    return ask(options, ContextViews())


@click.command()
@click.option("--since", type=Day(), help="First decision; default: a day ago.")
@click.pass_obj
def skew(options: Options, since: datetime | None) -> int:
    """Join what was looked up again from the sources: whether it is the same."""
    return ask(options, ContextSkew(since))
