"""`mainstay score`."""

from contextlib import suppress
from datetime import datetime

import click

from mainstay.cli.act import Day, act
from mainstay.control.commands import Score
from mainstay.core.errors import Mistake


@click.command()
@click.option("--from", "table", default="", help="A table instead of the contract's decisions.")
@click.option("--since", type=Day(), help="First decision; default: all.")
@click.option("--until", type=Day(), help="Up to, not included; default: now.")
@click.option("--out", default="", help="Folder, FILE.parquet or table; default: the contract's.")
@click.option("--partition", default="", help="By the hour, day, month, year, or all.")
@click.option("--version", default="", help="An approved version; default: the live one.")
def score(
    table: str,
    since: datetime | None,
    until: datetime | None,
    out: str,
    partition: str,
    version: str,
) -> int:
    """Answer a batch: tables in, tables out."""
    _refuse_day(table)
    asked = Score(table, since, until, out, partition, version)
    return act(click.get_current_context().obj, asked)


def _refuse_day(table: str) -> None:
    """Elsewhere --from is a day."""
    with suppress(ValueError):
        datetime.fromisoformat(table)
        raise Mistake(f"--from names a table, and {table} is a day", hint=f"--since {table}")
