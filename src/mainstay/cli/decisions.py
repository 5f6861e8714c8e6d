"""`mainstay decisions`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import Decisions


@click.command()
@click.argument("key")
@click.option("--last", type=click.IntRange(1, 100), default=20, show_default=True)
@click.pass_obj
def decisions(options: Options, key: str, last: int) -> int:
    """What was asked about one key, and answered; what the contract hides is masked."""
    return ask(options, Decisions(key, last))
