"""`mainstay catalog`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import ProposeConflicts, SettleConflict
from mainstay.control.queries import Catalogue


@click.command()
@click.argument("text", default="")
@click.pass_obj
def show(options: Options, text: str) -> int:
    """What sources and columns mean: all, or those that hold a text."""
    return ask(options, Catalogue(text))


@click.command()
@click.pass_obj
def conflicts(options: Options) -> int:
    """Columns that are named alike and are not, or the other way."""
    return act(options, ProposeConflicts())


@click.command()
@click.argument("conflict")
@click.option("--accept/--decline", required=True, help="Whether it is one.")
@click.option("--because", default="", help="Why, on record.")
@click.pass_obj
def settle(options: Options, conflict: str, *, accept: bool, because: str) -> int:
    """Decide about a conflict, for good."""
    return act(options, SettleConflict(conflict, accept, because))
