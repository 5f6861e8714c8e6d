"""`mainstay explain`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import Explain


@click.command()
@click.argument("version")
@click.argument("clause", default="")
@click.pass_obj
def explain(options: Options, version: str, clause: str) -> int:
    """Show one gate: its evidence and what would help."""
    return ask(options, Explain(version, clause))
