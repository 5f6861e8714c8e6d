"""`mainstay labels`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import AskLabels, Labels
from mainstay.core.errors import Mistake


@click.command()
@click.argument("file", default="")
@click.option("--ask", type=int, help="Instead: choose so many decisions to be labelled next.")
@click.option("--out", default="", help="Where those go; default: to_label.csv.")
@click.pass_obj
def labels(options: Options, file: str, ask: int | None, out: str) -> int:
    """Take in what became of decisions: a file of key, label and known_at."""
    if bool(file) is (ask is not None):
        raise Mistake("labels are taken in or asked for", hint="give either a FILE or --ask N")
    if ask is None:
        return act(options, Labels(file))
    return act(options, AskLabels(ask, out))
