"""`mainstay run`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Run


@click.command()
@click.option("--environment", default="production", help="production or replay.")
@click.pass_obj
def run(options: Options, environment: str) -> int:
    """Do what is outstanding, until somebody must act."""
    return act(options, Run(environment))
