"""`mainstay contract`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import CheckContract, ExplainContract


@click.command()
@click.pass_obj
def check(options: Options) -> int:
    """Name every mistake in it, with its place."""
    return ask(options, CheckContract())


@click.command()
@click.pass_obj
def explain(options: Options) -> int:
    """Say what each clause means here."""
    return ask(options, ExplainContract())
