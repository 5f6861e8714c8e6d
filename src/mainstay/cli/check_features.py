"""`mainstay check-features`."""

import click

from mainstay.cli.act import ask
from mainstay.cli.main import Options
from mainstay.control.queries import CheckFeatures


@click.command()
@click.argument("file")
@click.option("--rows", type=click.IntRange(1, 1_000_000), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, help="Draws other rows.")
@click.pass_obj
def check_features(options: Options, file: str, rows: int, seed: int) -> int:
    """Hold features(frame) of a pandas file against features.py; show the first differing row."""
    return ask(options, CheckFeatures(file, rows, seed))
