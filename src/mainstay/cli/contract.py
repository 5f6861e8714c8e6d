"""`mainstay contract`."""

import re
from pathlib import Path

import click
import msgspec

from mainstay.cli.act import act, ask, asked, written
from mainstay.cli.main import Options
from mainstay.control.commands import ImportContract
from mainstay.control.queries import (
    CheckContract,
    ContractSchema,
    DiffContract,
    ExplainContract,
    ExportContract,
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
@click.option("--out", type=click.Path(path_type=Path), help="Write it to a file.")
@click.pass_obj
def export(options: Options, out: Path | None) -> int:
    """Print its data as a contract of ODCS."""
    return written(asked(options, ExportContract()), out)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", default="", help="Whose it is: decisions, or the name of a context.")
@click.pass_obj
def import_(options: Options, file: Path, source: str) -> int:
    """Take in a data contract of ODCS."""
    return act(options, ImportContract(_text(file), source))


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
    return _text(Path(named), ", or a revision on record: r1")


def _text(file: Path, other: str = "") -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"{file} cannot be read: {error}", f"name a file{other}") from error
