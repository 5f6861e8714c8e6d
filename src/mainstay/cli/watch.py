"""`mainstay watch`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Watch


@click.command()
@click.pass_obj
def watch(options: Options) -> int:
    """Judge the live windows that are over."""
    return act(options, Watch())
