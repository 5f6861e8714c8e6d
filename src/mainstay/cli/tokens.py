"""`mainstay token`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import NewToken, RevokeToken


@click.command()
@click.argument("name")
@click.option("--model", "models", required=True, multiple=True, help="Of which; repeatable.")
@click.option(
    "--action",
    "actions",
    multiple=True,
    default=("predict",),
    show_default=True,
    help="predict or observe; repeatable.",
)
@click.option("--days", type=int, default=90, show_default=True, help="How long it is good.")
@click.pass_obj
def new(
    options: Options, name: str, models: tuple[str, ...], actions: tuple[str, ...], days: int
) -> int:
    """Give a caller a token. It is shown this once and kept as a hash."""
    return act(options, NewToken(name, models, actions, days))


@click.command()
@click.argument("name")
@click.pass_obj
def revoke(options: Options, name: str) -> int:
    """Take a token back; doors follow within a second."""
    return act(options, RevokeToken(name))
