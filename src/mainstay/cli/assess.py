"""`mainstay assess`."""

from datetime import datetime

import click

from mainstay.cli.act import act, period
from mainstay.cli.main import Options
from mainstay.control.commands import Assess


@period
@click.command()
@click.pass_obj
def assess(options: Options, since: datetime | None, until: datetime | None) -> int:
    """Ask whether it is worth it and the data enough."""
    return act(options, Assess(since, until))
