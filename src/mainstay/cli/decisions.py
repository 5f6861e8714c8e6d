"""`mainstay decisions`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import Decisions, Replay


@click.command()
@click.argument("key")
@click.option("--last", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--replay", is_flag=True, help="Give the newest again by the same bundle.")
@click.option("--place", type=int, help="Of another one to replay; --json says it of each.")
@click.pass_obj
def decisions(options: Options, /, key: str, last: int, **asked: int | None) -> int:
    """What was asked about one key, and answered; what the contract hides is masked."""
    if asked["replay"] or asked["place"] is not None:
        return ask(options, Replay(key, asked["place"]))
    return ask(options, Decisions(key, last))
