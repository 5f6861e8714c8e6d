"""`mainstay comment` and `mainstay find`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import Comment
from mainstay.control.queries import Find


@click.command()
@click.argument("text")
@click.option("--version", default="", help="Of which version.")
@click.option("--incident", type=int, default=0, help="Of which incident.")
@click.pass_obj
def comment(options: Options, text: str, version: str, incident: int) -> int:
    """Say something of a version or an incident, on record; @NAME tells somebody."""
    return act(options, Comment(text, version, incident))


@click.command()
@click.argument("text")
@click.pass_obj
def find(options: Options, text: str) -> int:
    """Models, versions, incidents, sources, fields and clauses that hold a text."""
    return ask(options, Find(text))
