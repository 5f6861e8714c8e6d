"""`mainstay build`."""

from datetime import datetime

import click

from mainstay.cli.act import act, period
from mainstay.cli.main import Options
from mainstay.control.commands import Build


@period
@click.command()
@click.pass_obj
def build(options: Options, since: datetime | None, until: datetime | None) -> int:
    """Train in a locked environment and pack a bundle."""
    return act(options, Build(since, until))
