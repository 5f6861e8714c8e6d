import json
import time
from copy import copy
from pathlib import Path

import pytest
from hypothesis import example as first
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.contract import document, nodes, yaml
from mainstay.core.errors import Finding, Missing, Mistake, Mistakes

EXAMPLE = Path(__file__).parents[3] / "examples" / "flights" / "contract.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
NAME = Path("contract.yaml")


def said(content: bytes) -> tuple[Finding, ...]:
    try:
        document.parsed(content, NAME)
    except Mistakes as mistakes:
        return mistakes.findings
    return ()


def test_the_example_is_read_from_its_file():
    read = document.read(EXAMPLE)

    assert read.path == EXAMPLE
    assert read.contract.model == "flight-delay"
    assert len(read.digest) == 64


def test_the_example_is_read_in_less_than_a_fifth_of_a_second():
    started = time.process_time()

    document.read(EXAMPLE)

    assert time.process_time() - started < 0.2


def test_comments_and_order_do_not_change_the_digest(read):
    spaced = read(
        ("mainstay: 1\nmodel: flight-delay\n", "# ours\nmodel:   flight-delay\nmainstay: 1\n")
    )

    assert spaced.digest == read().digest
    assert read(("at_least: 0.66", "at_least: 0.67")).digest != read().digest


def test_a_file_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(Missing) as caught:
        document.read(tmp_path / "contract.yaml")

    assert caught.value.hint == "mainstay init proposes one from a table"


def test_a_folder_is_no_contract(tmp_path):
    with pytest.raises(Mistake, match="cannot be read"):
        document.read(tmp_path)


def test_a_large_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "contract.yaml"
    path.write_bytes(b"x" * 1_000_000)

    with pytest.raises(Mistakes) as caught:
        document.read(path)

    assert caught.value.findings == (Finding(str(path), 1, 1, "the file is larger than 256 KB"),)


def test_every_mistake_is_told_in_one_pass_in_the_order_of_the_file(told):
    found = told(
        ("mainstay: 1", "mainstay: 2"),
        ("good_enough:", "good_enuogh:"),
        ("at_least: 0.66", "at_least: 1.2"),
        ("freshness: 2h", "freshness: 2hr"),
        ("seats, engine]", "seats, seats]"),
        ("key: flight_id, ", ""),
        ("access: {approver: operations-lead}", "access: {approver: *lead}\nmodel: again"),
    )

    assert [line.split(": ", 1)[1] for line in found if line.startswith("contract.yaml")] == [
        "mainstay is 2",
        "objective.good_enuogh is not a clause",
        "data.decisions.key is missing",
        'data.context.weather.freshness is "2hr"',
        'data.context.planes.take[2] is "seats", which stands there already',
        "access.approver is the alias *lead",
        "model is stated twice, first in line 2",
    ]


def test_what_only_a_person_knows_is_asked_for_once(told):
    found = told(
        ("decision: Rebook connecting passengers before departure.", 'decision: "?"'),
        (TEXT[TEXT.index("{currency") : TEXT.index("  good_enough")], '"?"\n'),
        ("at_least: 0.66", 'at_least: "?"'),
        ("approver: operations-lead", 'approver: "?"'),
    )

    assert found[::2] == [
        'contract.yaml:5:13: objective.decision is "?"',
        'contract.yaml:8:10: objective.value is "?"',
        'contract.yaml:10:35: objective.good_enough[0].at_least is "?"',
        'contract.yaml:32:20: access.approver is "?"',
    ]
    assert found[1] == ("hint: only a person knows this: the decision that the answers improve")
    assert all(line.startswith("hint: only a person knows this: ") for line in found[1::2])


def test_a_later_finding_lies_at_its_clause(read):
    read = read(("on: origin", "on: [origin, dest]"))
    places = {
        ("certify", "slices", "by", 1): (28, 25),
        ("data", "context", "weather", "on", 1): (16, 70),
        ("data", "fields", "temp"): (21, 11),
        ("serve", "canary"): (30, 1),
    }

    found = {path: read.finding(path, "is odd") for path in places}

    assert {path: (one.line, one.column) for path, one in found.items()} == places
    assert read.finding(("data", "fields", "temp"), "is odd", on_key=True).column == 5


LINES = TEXT.splitlines(keepends=True)
VALUES = nodes.plain(yaml.tree(TEXT.encode(), "f").root)
SIGNS = [
    "?",
    "*a",
    "&a",
    "!x",
    "{",
    "}",
    "[",
    "]",
    ":",
    "'",
    '"',
    "-",
    "#",
    "é",
    "\u2028",
    "2h",
    "~",
    "true",
    "1e9",
    "99999999999999999999",
]
ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**6, "?", "", "2h", "x(y)", "observed", "é\n", "\x1b[31m"]
)
SHAPES = (
    ODD
    | st.lists(ODD, max_size=3)
    | st.dictionaries(st.sampled_from(["at_most", "from", "x", "a b"]), ODD, max_size=3)
)


def paths(values: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place of a tree of values, itself first."""
    match values:
        case dict():
            members = list(values.items())
        case list():
            members = list(enumerate(values))
        case _:
            members = []
    return [path, *(deeper for key, value in members for deeper in paths(value, (*path, key)))]


def replaced(values: object, path: tuple[object, ...], value: object) -> object:
    if not path:
        return value
    changed = copy(values)
    changed[path[0]] = replaced(values[path[0]], path[1:], value)
    return changed


def without(at: int, length: int) -> str:
    return TEXT[:at] + TEXT[at + length :]


def having(at: int, piece: str) -> str:
    return TEXT[:at] + piece + TEXT[at:]


def moved(old: int, new: int, times: int) -> str:
    """A line elsewhere: gone, or once or twice."""
    others = LINES[:old] + LINES[old + 1 :]
    return "".join([*others[:new], *[LINES[old]] * times, *others[new:]])


PLACES, ROWS = st.integers(0, len(TEXT)), st.integers(0, len(LINES) - 1)
MUTANTS = st.one_of(
    st.builds(without, PLACES, st.integers(1, 40)),
    st.builds(having, PLACES, st.sampled_from(["\t", "\n", *SIGNS]) | st.text(max_size=5)),
    st.builds(moved, ROWS, ROWS, st.integers(0, 2)),
    st.builds(replaced, st.just(VALUES), st.sampled_from(paths(VALUES)), SHAPES).map(json.dumps),
)


@settings(max_examples=200)
@given(MUTANTS.map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=200))
@first(b"a: " + b"{a: " * 5000)
@first(b"- " * 50_000)
@first(b"? " * 50_000)
@first(b"\xef\xbb\xbf" + TEXT.encode())
@first(TEXT.encode("utf-16"))
@first(b"x" * 1_000_000)
@first("".join(f"k{n}: 1\n" for n in range(19_000)).encode())
def test_any_file_is_a_contract_or_mistakes_with_a_place(content):
    for finding in said(content):
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.what
        assert (finding.what + finding.hint).isprintable()
        assert "which does not fit" not in finding.what


@given(st.sampled_from(paths(VALUES)[1:]), SHAPES)
def test_a_second_mistake_is_told_whatever_the_first_one_is(path, shape):
    values = replaced({**VALUES, "wacth": 1}, path, shape)

    findings = said(json.dumps(values).encode())

    assert "wacth is not a clause" in [finding.what for finding in findings]
