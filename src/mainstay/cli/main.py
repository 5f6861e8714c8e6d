"""The terminal door: one table of commands, each imported only when it runs.

A command is a click command. It gets Options by `@click.pass_obj`, returns its exit code (None
is 0) and says no by raising a MainstayError; `cli.failure` tells that and finds the exit code.
"""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click

from mainstay import __version__

SUMMARY = "Takes a model from the bench to production and keeps it earning its place there."

GARBAGE = 50_000
"""Objects more than were given back, until garbage is looked for: questions to an engine make
thousands each, none of them garbage of that kind."""
Table = Mapping[str, "tuple[str, str | Table]"]
"""Name -> one line for --help and where the command is, or the table of its sub-commands."""

COMMANDS: Table = {
    "init": ("Propose a contract, features and model from a table.", "mainstay.cli.init:init"),
    "contract": (
        "Read the contract.",
        {
            "check": ("Name every mistake in it, with its place.", "mainstay.cli.contract:check"),
            "explain": ("Say what each clause means here.", "mainstay.cli.contract:explain"),
            "schema": ("Print the language as a JSON Schema.", "mainstay.cli.contract:schema"),
            "export": ("Print its data as a contract of ODCS.", "mainstay.cli.contract:export"),
            "import": ("Take in a data contract of ODCS.", "mainstay.cli.contract:import_"),
            "diff": ("Say what changed, and what that re-opens.", "mainstay.cli.contract:diff"),
            "revisions": ("Who registered which, and when.", "mainstay.cli.contract:revisions"),
        },
    ),
    "catalog": (
        "Know what data means.",
        {
            "show": ("What sources and columns mean.", "mainstay.cli.catalog:show"),
            "conflicts": ("Columns that are not what they seem.", "mainstay.cli.catalog:conflicts"),
            "settle": ("Decide about a conflict, for good.", "mainstay.cli.catalog:settle"),
        },
    ),
    "assess": ("Ask whether it is worth it and the data enough.", "mainstay.cli.assess:assess"),
    "build": ("Train in a locked environment and pack a bundle.", "mainstay.cli.build:build"),
    "certify": ("Judge a version: certificate, or what is short.", "mainstay.cli.certify:certify"),
    "explain": ("Show one gate: its evidence and what would help.", "mainstay.cli.explain:explain"),
    "card": ("Print the model card of a version.", "mainstay.cli.card:card"),
    "key": (
        "Keys that sign.",
        {
            "new": ("Make a key of your own.", "mainstay.cli.keys:new"),
            "pseudonyms": ("Make the key of pseudonyms, once.", "mainstay.cli.keys:hide"),
        },
    ),
    "trust": ("Bind somebody's key to roles.", "mainstay.cli.keys:trust"),
    "token": (
        "Tokens of those who ask a door.",
        {
            "new": ("Give a caller a token, shown once.", "mainstay.cli.tokens:new"),
            "revoke": ("Take a token back.", "mainstay.cli.tokens:revoke"),
        },
    ),
    "review": ("Read what you are asked to approve.", "mainstay.cli.approval:review"),
    "waive": ("Excuse a gate that a version does not pass.", "mainstay.cli.approval:waive"),
    "approve": ("Sign a certificate, as its approver.", "mainstay.cli.approval:approve"),
    "reject": ("Refuse a certificate, with a reason.", "mainstay.cli.approval:reject"),
    "serve": ("Answer requests, as the serving folder says.", "mainstay.cli.serve:serve"),
    "deploy": ("Let an approved version answer.", "mainstay.cli.deploy:deploy"),
    "rollback": ("Go back to what was live before.", "mainstay.cli.deploy:rollback"),
    "features": ("Write the rows a request would carry.", "mainstay.cli.features:features"),
    "check-features": (
        "Hold pandas code against features.py.",
        "mainstay.cli.check_features:check_features",
    ),
    "impact": ("What a change of a source would break.", "mainstay.cli.impact:impact"),
    "context": (
        "Context that doors look up.",
        {
            "refresh": ("Make its views of what is known now.", "mainstay.cli.context:refresh"),
            "show": ("Say what they hold, and how fresh it is.", "mainstay.cli.context:show"),
            "skew": ("Join what was looked up again.", "mainstay.cli.context:skew"),
        },
    ),
    "score": ("Answer a batch: tables in, tables out.", "mainstay.cli.score:score"),
    "labels": ("Take in what became of decisions.", "mainstay.cli.labels:labels"),
    "watch": ("Judge the live windows that are over.", "mainstay.cli.watch:watch"),
    "incident": (
        "What is broken in the field, and who is told.",
        {
            "list": ("What is open, the most urgent first.", "mainstay.cli.incident:list_"),
            "show": ("All about one.", "mainstay.cli.incident:show"),
            "silence": ("Tell nobody until a time.", "mainstay.cli.incident:silence"),
            "acknowledge": ("Say who takes care, and how.", "mainstay.cli.incident:acknowledge"),
            "vouch": ("Say that labels in doubt are right.", "mainstay.cli.incident:vouch"),
            "deliver": ("Tell what waits to be told.", "mainstay.cli.incident:deliver"),
        },
    ),
    "digest": ("The week of a role, on one screen.", "mainstay.cli.digest:digest"),
    "comment": ("Say something of a version or incident.", "mainstay.cli.comment:comment"),
    "find": ("What holds a word: versions, fields, ...", "mainstay.cli.comment:find"),
    "data": (
        "What the data is and was like.",
        {
            "show": ("What sources keep, and what cleaning changed.", "mainstay.cli.data:show"),
            "changes": ("What is no longer as it was.", "mainstay.cli.data:changes"),
        },
    ),
    "decisions": ("What was answered to one key.", "mainstay.cli.decisions:decisions"),
    "run": ("Do what is outstanding, until somebody must act.", "mainstay.cli.run:run"),
    "status": ("One sentence per model, and what it waits for.", "mainstay.cli.status:status"),
    "ledger": (
        "The record of all that happened.",
        {
            "show": ("Print events, newest last.", "mainstay.cli.ledger:show"),
            "export": ("Write every event as stored.", "mainstay.cli.ledger:export"),
        },
    ),
    "verify": (
        "Prove that nothing was changed.",
        {
            "ledger": ("Walk the chain of events and every blob.", "mainstay.cli.verify:ledger"),
            "certificate": ("Check signatures, scope and date.", "mainstay.cli.verify:certificate"),
            "bundle": ("Check every file of a bundle.", "mainstay.cli.verify:bundle"),
        },
    ),
    "people": (
        "Who has which role, and what they sign in with.",
        {
            "list": ("Everybody with a role.", "mainstay.cli.people:list_"),
            "grant": ("Give somebody a role.", "mainstay.cli.people:grant"),
            "withdraw": ("Take a role from somebody.", "mainstay.cli.people:withdraw"),
            "invite": ("Make a link to set a password.", "mainstay.cli.people:invite"),
            "token": ("Give a token, shown once.", "mainstay.cli.people:token"),
            "revoke": ("End what somebody signs in with.", "mainstay.cli.people:revoke"),
        },
    ),
    "control": ("Serve people: API, sign-in, pages.", "mainstay.web.command:control"),
    "up": ("Door, control plane and worker, on this machine.", "mainstay.cli.up:up"),
    "worker": ("Do what is due, until stopped.", "mainstay.cli.worker:worker"),
    "schedule": (
        "When a worker does what.",
        {
            "list": ("Every job: its rhythm, its next turn.", "mainstay.cli.schedule:list_"),
            "set": ("Give a job a rhythm.", "mainstay.cli.schedule:set_"),
            "stop": ("Do a job no more.", "mainstay.cli.schedule:stop"),
            "reset": ("Give a job its own rhythm back.", "mainstay.cli.schedule:reset"),
            "now": ("Plan a job for now.", "mainstay.cli.schedule:now"),
        },
    ),
    "runs": (
        "What workers did.",
        {
            "list": ("What ran and what is to run.", "mainstay.cli.runs:list_"),
            "show": ("One run, with the end of its log.", "mainstay.cli.runs:show"),
            "cancel": ("Call a run off, with a reason.", "mainstay.cli.runs:cancel"),
        },
    ),
    "export": ("The same steps for another scheduler.", "mainstay.cli.export:export"),
    "backup": ("Copy the ledger and what it points to.", "mainstay.cli.backup:backup"),
    "restore": ("Bring a copy back, verified first.", "mainstay.cli.backup:restore"),
    "demo": ("Live a year of flights with one model.", "mainstay.cli.demo.command:demo"),
}  # fmt: skip


class Options(NamedTuple):
    """What every command takes, at any level of the command line."""

    folder: Path = Path()
    json: bool = False


class Lazy(click.Group):
    """A group that knows the names of its commands, and imports one only to run it."""

    def __init__(self, name: str, line: str, table: Table) -> None:
        super().__init__(
            name,
            help=line,
            params=shared(),
            callback=_help,
            invoke_without_command=True,
            subcommand_metavar="COMMAND [ARGS]...",
        )
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Raises Mistake for an unknown name."""
        if cmd_name not in self.table:
            raise _unknown(cmd_name, ctx.command_path, list(self.table))
        line, target = self.table[cmd_name]
        return loaded(target) if isinstance(target, str) else Lazy(cmd_name, line, target)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (line, _) in self.table.items()])


def main() -> None:
    """The console script `mainstay`."""
    gc.set_threshold(GARBAGE, 20, 20)
    sys.exit(outcome(sys.argv[1:]))


def outcome(arguments: list[str], table: Table = COMMANDS) -> int:
    """Exit code of one command line; an error is told on the way, never raised."""
    root = Lazy("mainstay", SUMMARY, table)
    root.params.append(_version())
    try:
        code = root.main(arguments, "mainstay", standalone_mode=False, obj=Options())
    except Exception as error:  # noqa: BLE001 - the outermost door
        from mainstay.cli import failure

        return failure.told(error, arguments)
    return code or 0


def loaded(target: str) -> click.Command:
    """The command at `module:attribute`, with the shared options added once."""
    module, _, attribute = target.partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    known = {parameter.name for parameter in command.params}
    command.params += [option for option in shared() if option.name not in known]
    return command


def shared() -> list[click.Parameter]:
    """The options of every level; the innermost that is given wins."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    place = "The project's folder; default: here."
    return [
        click.Option(["--folder"], type=folder, callback=_keep, expose_value=False, help=place),
        click.Option(
            ["--json"], is_flag=True, callback=_keep, expose_value=False, help="The facts as JSON."
        ),
    ]


def _keep(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    if value:
        ctx.obj = ctx.obj._replace(**{str(parameter.name): value})


def _help() -> None:
    """A group called without a command says which there are."""
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _version() -> click.Parameter:
    def say(ctx: click.Context, _: click.Parameter, value: object) -> None:
        if value:
            click.echo(f"mainstay {__version__}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=say,
        help="The version of Mainstay.",
    )  # fmt: skip


def _unknown(name: str, path: str, known: list[str]) -> Exception:
    from mainstay.core import nearest
    from mainstay.core.errors import Mistake

    return Mistake(f"{path} {name} is not a command", nearest.hint(name, known))
