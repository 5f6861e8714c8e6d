"""`mainstay ledger`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import History


@click.command()
@click.option("--last", default=20, show_default=True, help="How many events.")
@click.option("--kind", default="", help="Only events of one kind.")
@click.option("--subject", default="", help="Only events of one model.")
@click.pass_obj
def show(options: Options, last: int, kind: str, subject: str) -> int:
    """Print events, newest last."""
    return ask(options, History(last, kind, subject))
