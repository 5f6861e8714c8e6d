"""`mainstay impact`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import Impact


@click.command()
@click.argument("field", metavar="SOURCE.COLUMN")
@click.option("--becomes", required=True, help="missing, null, type T, unit U, or of x: x * 2.")
@click.option("--rows", type=click.IntRange(1, 100_000), default=2000, show_default=True)
@click.option("--days", type=click.IntRange(1, 100_000), default=30, show_default=True)
@click.pass_obj
def impact(options: Options, /, field: str, becomes: str, rows: int, days: int) -> int:
    """What a change of a column of a source would break or move, and who must be told."""
    return ask(options, Impact(field, becomes, rows, days))
