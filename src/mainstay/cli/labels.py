"""`mainstay labels`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Labels


@click.command()
@click.argument("file")
@click.pass_obj
def labels(options: Options, file: str) -> int:
    """Take in what became of decisions: a file of key, label and known_at."""
    return act(options, Labels(file))
