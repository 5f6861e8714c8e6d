"""`mainstay card`."""

from pathlib import Path

import click

from mainstay.cli.act import ask, asked
from mainstay.cli.main import Options
from mainstay.control.queries import ModelCard
from mainstay.core import durable


@click.command()
@click.argument("version", default="")
@click.option("--out", type=click.Path(path_type=Path), help="Write it to a file, as README.md.")
@click.pass_obj
def card(options: Options, version: str, out: Path | None) -> int:
    """Print the model card of a version."""
    if options.json:
        return ask(options, ModelCard(version))
    text = asked(options, ModelCard(version)).facts["card"]
    if out:
        durable.write(out, text.encode())
    click.echo(f"Wrote {out}." if out else text, nl=bool(out))
    return 0
