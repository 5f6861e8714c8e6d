"""`mainstay backup` and `restore`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Backup, Restore


@click.command()
@click.argument("target")
@click.pass_obj
def backup(options: Options, target: str) -> int:
    """Copy the ledger and what it points to."""
    return act(options, Backup(target))


@click.command()
@click.argument("source")
@click.pass_obj
def restore(options: Options, source: str) -> int:
    """Bring a copy back, verified first."""
    return act(options, Restore(source))
