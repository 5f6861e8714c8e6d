"""`mainstay init`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import Init


@click.command()
@click.option("--from", "table", required=True, help="A path or address of a table of decisions.")
@click.option("--label", required=True, help="The column to be predicted.")
@click.option("--time", help="The column with the moment of decision.")
@click.option("--key", help="The column that names a decision.")
@click.option("--model", default="", help="What the model is called; default: the folder's name.")
@click.pass_obj
def init(
    options: Options, table: str, label: str, time: str | None, key: str | None, model: str
) -> int:
    """Propose a contract, features and model from a table."""
    return act(options, Init(table, label, time, key, model))
