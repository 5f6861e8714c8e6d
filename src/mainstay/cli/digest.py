"""`mainstay digest`: the week of a role, on one screen."""

from pathlib import Path

import click
import msgspec

from mainstay.cli.act import act, asked
from mainstay.cli.main import Options
from mainstay.cli.show import show
from mainstay.control.commands import SendDigests
from mainstay.control.queries import DigestOf
from mainstay.core import durable


@click.command()
@click.option("--role", default="viewer", show_default=True, help="Whose week.")
@click.option("--page", type=click.Path(path_type=Path), help="Write it there too, as one file.")
@click.option("--send", is_flag=True, help="Tell it now to every channel that takes digests.")
@click.pass_obj
def digest(options: Options, role: str, page: Path | None, send: bool) -> int:  # noqa: FBT001 - click's signature
    """The week of a role: what to act on, what waits, how each model stands."""
    if send:
        return act(options, SendDigests())
    said = asked(options, DigestOf(role))
    if page:
        durable.write(page, said.facts["page"].encode())
    facts = {name: value for name, value in said.facts.items() if name != "page"}
    return show(msgspec.structs.replace(said, facts=facts), as_json=options.json)
