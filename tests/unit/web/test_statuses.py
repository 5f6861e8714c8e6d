"""One table of statuses, the same in the documents."""

import re
from pathlib import Path
from typing import get_args

from mainstay.core.errors import Bug, Crowded, Kind, Mistake, Unavailable
from mainstay.web import statuses

PAGE = Path("docs/reference/errors.md")


def test_every_kind_has_a_status_of_its_side() -> None:
    assert set(statuses.STATUSES) == set(get_args(Kind))
    assert {kind for kind, code in statuses.STATUSES.items() if code >= 500} == {
        "unavailable", "bug",
    }  # fmt: skip


def test_the_page_lists_the_same_statuses() -> None:
    rows = re.findall(r"^\| (\w+) \| (\d{3}) \|$", PAGE.read_text("utf-8"), flags=re.MULTILINE)

    assert dict(rows) == {kind: str(code) for kind, code in statuses.STATUSES.items()}


def test_what_is_too_much_just_now_has_one_of_its_own() -> None:
    assert statuses.status(Crowded("full")) == 429
    assert statuses.status(Unavailable("away")) == 503


def test_a_reply_says_what_and_what_next() -> None:
    said = statuses.reply(Mistake("no such thing", hint="another"))

    assert said.status_code == 400
    assert b'"hint":"another"' in said.body
    assert statuses.reply(Bug("ours"), 418).status_code == 418
