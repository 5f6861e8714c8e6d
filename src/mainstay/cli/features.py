"""`mainstay features`."""

from datetime import datetime

import click

from mainstay.cli.act import Day, act
from mainstay.cli.main import Options
from mainstay.control.commands import Features


@click.command()
@click.option("--since", type=Day(), required=True, help="First decision.")
@click.option("--out", default="", help="The file, from the project's folder: requests.jsonl.")
@click.pass_obj
def features(options: Options, since: datetime, out: str) -> int:
    """Write the rows a request would carry."""
    return act(options, Features(since, out))
