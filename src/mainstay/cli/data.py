"""`mainstay data`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import DataChanges, Sources


@click.command()
@click.pass_obj
def show(options: Options) -> int:
    """What sources keep of what was agreed, and what cleaning set right in the newest window."""
    return ask(options, Sources())


@click.command()
@click.option("--source", default="", help="Of one source.")
@click.option("--column", default="", help="Of one column.")
@click.option("--last", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.pass_obj
def changes(options: Options, source: str, column: str, last: int) -> int:
    """What is no longer as it was: columns, meanings, distributions, and what that touches."""
    return ask(options, DataChanges(last, source, column))
