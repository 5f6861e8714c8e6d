"""`mainstay ledger`."""

import csv
import json
import sys
from collections.abc import Iterator

import click

from mainstay.cli.act import ask, asked
from mainstay.cli.main import Options
from mainstay.control.queries import History, Record


@click.command()
@click.option("--last", default=20, show_default=True, help="How many events.")
@click.option("--kind", default="", help="Only events of one kind.")
@click.option("--subject", default="", help="Only events of one model.")
@click.pass_obj
def show(options: Options, last: int, kind: str, subject: str) -> int:
    """Print events, newest last."""
    return ask(options, History(last, kind, subject))


@click.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl")
@click.option("--since", default=0, type=click.IntRange(0), help="Only events after this one.")
@click.pass_obj
def export(options: Options, form: str, since: int) -> int:
    """Write every event as it is stored, to standard output."""
    events = _events(options, since)
    if form == "jsonl":
        for event in events:
            click.echo(json.dumps(event))
        return 0
    rows = csv.writer(sys.stdout)
    for number, event in enumerate(events):
        if not number:
            rows.writerow(event)
        rows.writerow(event.values())
    return 0


def _events(options: Options, since: int) -> Iterator[dict[str, object]]:
    while page := asked(options, Record(since)).facts["events"]:
        yield from page
        since = page[-1]["seq"]
