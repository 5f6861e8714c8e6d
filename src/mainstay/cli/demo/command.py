"""`mainstay demo`."""

from pathlib import Path

import click

from mainstay.cli.demo.driver import Plot, lived
from mainstay.cli.main import Options


@click.command()
@click.option("--train-months", default=2, show_default=True, help="Months to learn from, 1 to 9.")
@click.option("--seed", default=0, show_default=True, help="Of every random choice.")
@click.option("--weeks", type=click.IntRange(1, 53), help="Live weeks; default: to the end.")
@click.option("--out", type=click.Path(path_type=Path), help="Default: .mainstay/demo.")
@click.pass_obj
def demo(
    options: Options, train_months: int, seed: int, weeks: int | None, out: Path | None
) -> int:
    """Live a year of flights with one model; 1 where its record does not hold."""
    if not 1 <= train_months <= 9:
        raise click.UsageError("--train-months lies in 1 to 9")
    place = out or options.folder / ".mainstay" / "demo"
    figures = lived(place, Plot(train_months, seed, weeks or 53)).figures
    shown = place / "certificate.html"
    if shown.exists():
        click.echo(f"Open the certificate:  {shown}")
    click.echo(f"Open the model's page:  {place / 'model.html'}")
    click.echo(f"Every figure:  {place / 'demo.json'}")
    return 0 if figures["ledger_verified"] and figures.get("losses_split", True) else 1
