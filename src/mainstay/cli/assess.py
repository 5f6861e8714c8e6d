"""`mainstay assess`."""

from datetime import datetime

import click

from mainstay.cli.act import act, period
from mainstay.cli.main import Options
from mainstay.control.commands import Assess


@period
@click.command()
@click.option("--foresee", is_flag=True, help="Fit models: how long one lasts, what records bring.")
@click.pass_obj
def assess(
    options: Options, since: datetime | None, until: datetime | None, *, foresee: bool
) -> int:
    """Ask whether it is worth it and the data enough."""
    return act(options, Assess(since, until, foresee))
