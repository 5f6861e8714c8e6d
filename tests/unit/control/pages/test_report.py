"""The evidence of a command as one file."""

import re

from healthy import NOON
from msgspec.structs import replace

from mainstay.control.pages import errors, report
from mainstay.core.answers import Answer
from mainstay.core.nouns import Estimate, Evidence, Limit, Verdict

LIMIT = Limit("at_least", 0.66)


def evidence(clause: str, low: float, high: float, note: str = "") -> Evidence:
    found = Estimate((low + high) / 2, low, high, 900, "")
    return Evidence(
        clause, "v1", "hold-out", "bootstrap", None, found, LIMIT, Verdict.PASS, (), note
    )


GOOD, WIDE = evidence("good", 0.7, 0.8), evidence("wide", 0.6, 0.8, "about 700 more rows")
SHORT = evidence("slices, kind = scan", 0.5, 0.6, "short by 0.06")
FOUND = replace(GOOD, clause="swing", limit=None, note="in <words>")
SAID = Answer(
    "no-show v1 is not good enough yet.", Verdict.FAIL, (GOOD, FOUND, WIDE, SHORT), ("one", "two"),
    next="mainstay explain v1",
)  # fmt: skip


def drawn(**changes: object) -> str:
    return report.page("no-show v1", replace(SAID, **changes), at=NOON)


def test_what_was_judged_stands_worst_first_with_what_would_help() -> None:
    table = drawn().partition("<table")[2].partition("</table>")[0]

    order = [table.index(one) for one in ("slices, kind = scan", "wide", "good")]
    assert order == sorted(order)
    assert "0.600 to 0.800" in table
    assert "≥ 0.66" in table
    assert "about 700 more rows" in table
    assert 'role="img"' in table


def test_verdicts_are_computed_again_and_counted() -> None:
    assert "1 fail, 1 unsure, 1 pass" in drawn()


def test_what_has_no_limit_is_told_apart() -> None:
    page = drawn()

    assert "in &lt;words&gt;" in page.partition("<h2>Found")[2]
    assert "swing" not in page.partition("<h2>Found")[0]
    assert "<h2>Found" not in drawn(evidence=(GOOD,))


def test_nothing_is_fetched_and_nothing_runs() -> None:
    page = drawn()

    assert "default-src &#x27;none&#x27;" in page or "default-src &#39;none&#39;" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page)


def test_it_says_when_it_was_so_and_what_is_next() -> None:
    page = drawn()

    assert "As of 1 March 2024, 12:00 UTC" in page
    assert "mainstay explain v1" in page


def test_of_a_judgement_it_tells_what_is_wrong_whatever_came_of_it(paper) -> None:
    page = report.page("no-show v1", SAID, paper.details, at=NOON)

    assert errors.TITLE in page
    assert errors.TITLE not in drawn()
