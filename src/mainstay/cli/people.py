"""`mainstay people`."""

import click

from mainstay.cli.act import act, ask
from mainstay.cli.main import Options
from mainstay.control.commands import GiveToken, Grant, Invite, OwnToken, TakeBack, Withdraw
from mainstay.control.queries import People
from mainstay.core.errors import Mistake

_MODEL = "Of which model; default: all."


@click.command("list")
@click.pass_obj
def list_(options: Options) -> int:
    """Everybody with a role, and what they sign in with."""
    return ask(options, People())


@click.command()
@click.argument("name")
@click.option("--role", required=True, help="viewer, auditor, data-scientist, ...")
@click.option("--model", default="*", help=_MODEL)
@click.option("--days", type=int, help="For so long; default: for good.")
@click.pass_obj
def grant(options: Options, name: str, role: str, model: str, days: int | None) -> int:
    """Give somebody a role."""
    return act(options, Grant(name, role, model, days))


@click.command()
@click.argument("name")
@click.option("--role", required=True, help="The role that is taken.")
@click.option("--model", default="*", help=_MODEL)
@click.pass_obj
def withdraw(options: Options, name: str, role: str, model: str) -> int:
    """Take a role from somebody."""
    return act(options, Withdraw(name, role, model))


@click.command()
@click.argument("name")
@click.option("--hours", type=int, default=24, show_default=True, help="How long it is good.")
@click.pass_obj
def invite(options: Options, name: str, hours: int) -> int:
    """Make a link by which somebody sets a password, once."""
    return act(options, Invite(name, hours))


@click.command()
@click.argument("name", default="")
@click.option("--label", required=True, help="What the token is called, for example laptop.")
@click.option("--scope", "scopes", multiple=True, help="Narrows it; repeatable; default: all.")
@click.option("--days", type=int, default=90, show_default=True, help="How long it is good.")
@click.pass_obj
def token(options: Options, name: str, label: str, scopes: tuple[str, ...], days: int) -> int:
    """Give a token of the control plane, shown once: to NAME, or over HTTP to yourself."""
    if name:
        return act(options, GiveToken(name, label, scopes, days))
    return act(options, OwnToken(label, scopes, days))


@click.command()
@click.argument("name")
@click.option("--label", default="", help="One token.")
@click.option("--all", "everything", is_flag=True, help="Everything they sign in with.")
@click.pass_obj
def revoke(options: Options, name: str, label: str, everything: bool) -> int:  # noqa: FBT001 - click's signature
    """End a token, or all that somebody signs in with."""
    if bool(label) is everything:
        raise Mistake("one token is ended, or everything", hint="give either --label or --all")
    return act(options, TakeBack(name, label))
