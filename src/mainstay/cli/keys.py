"""`mainstay key` and `mainstay trust`."""

import click

from mainstay.cli.act import act
from mainstay.cli.main import Options
from mainstay.control.commands import NewKey, NewPseudonyms, Trust


@click.command()
@click.argument("name")
@click.pass_obj
def new(options: Options, name: str) -> int:
    """Make a key of your own."""
    return act(options, NewKey(name))


@click.command("pseudonyms")
@click.pass_obj
def hide(options: Options) -> int:
    """Make the key by which columns are pseudonymised, once."""
    return act(options, NewPseudonyms())


@click.command()
@click.argument("name")
@click.option("--role", required=True, help="author or approver.")
@click.option("--key", default="", help="Of one offered from a browser: how its id begins.")
@click.pass_obj
def trust(options: Options, name: str, role: str, key: str) -> int:
    """Bind somebody's key to roles."""
    return act(options, Trust(name, role, key))
