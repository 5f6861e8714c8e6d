"""`mainstay contract`."""

import re
from pathlib import Path

import click
import msgspec

from mainstay.cli.act import ask, asked
from mainstay.cli.main import Options
from mainstay.control.queries import (
    CheckContract,
    ContractSchema,
    DiffContract,
    ExplainContract,
    Revisions,
)
from mainstay.core import durable
from mainstay.core.errors import Mistake


@click.command()
@click.pass_obj
def check(options: Options) -> int:
    """Name every mistake in it, with its place."""
    return ask(options, CheckContract())


@click.command()
@click.pass_obj
def explain(options: Options) -> int:
    """Say what each clause means here."""
    return ask(options, ExplainContract())


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Write it to a file.")
@click.pass_obj
def schema(options: Options, out: Path | None) -> int:
    """Print the language as a JSON Schema."""
    found = asked(options, ContractSchema()).facts["schema"]
    text = msgspec.json.format(msgspec.json.encode(found))
    if out:
        durable.write(out, text + b"\n")
        click.echo(f"Wrote {out}.")
    else:
        click.echo(text.decode())
    return 0


@click.command()
@click.argument("old", default="")
@click.argument("new", default="")
@click.pass_obj
def diff(options: Options, old: str, new: str) -> int:
    """Say what changed, and what that re-opens."""
    return ask(options, DiffContract(_stated(old), _stated(new)))


@click.command()
@click.argument("old", default="")
@click.argument("new", default="")
@click.pass_obj
def revisions(options: Options, old: str, new: str) -> int:
    """Say who registered which, and what differs between OLD and NEW."""
    return ask(options, Revisions(old, new))


def _stated(named: str) -> str:
    """A revision as it is, a file by its text."""
    if not named or re.fullmatch(r"r?[1-9]\d*", named):
        return named
    try:
        return Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = "name a file, or a revision on record: r1"
        raise Mistake(f"{named} cannot be read: {error}", hint) from error
