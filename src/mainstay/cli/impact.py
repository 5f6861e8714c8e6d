"""`mainstay impact`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import TellImpact
from mainstay.control.queries import Impact


@click.command()
@click.argument("field", metavar="SOURCE.COLUMN")
@click.option("--becomes", required=True, help="missing, null, type T, unit U, or of x: x * 2.")
@click.option("--rows", type=click.IntRange(1, 100_000), default=2000, show_default=True)
@click.option("--days", type=click.IntRange(1, 100_000), default=30, show_default=True)
@click.option("--tell", is_flag=True, help="Put it on record, and tell them.")
@click.pass_obj
def impact(options: Options, /, field: str, becomes: str, rows: int, days: int, tell: bool) -> int:  # noqa: FBT001 - click gives it by name
    """What a change of a column of a source would break or move, and who must be told."""
    if tell:
        return act(options, TellImpact(field, becomes, rows, days))
    return ask(options, Impact(field, becomes, rows, days))
