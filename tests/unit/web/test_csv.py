"""Tables as CSV."""

import csv
import io

from mainstay.web.csv import replied


def read(rows: list[dict[str, object]]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(bytes(replied(rows).body).decode())))


def test_names_stand_once_and_what_a_row_lacks_is_empty() -> None:
    assert read([{"a": 1, "b": 'x,\n"y"'}, {"c": None, "a": 2.5}]) == [
        ["a", "b", "c"], ["1", 'x,\n"y"', ""], ["2.5", "", ""],
    ]  # fmt: skip


def test_no_text_is_a_formula_for_a_spreadsheet() -> None:
    evil = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"]

    found = read([{"a": one} for one in evil])

    assert [row[0][0] for row in found[1:]] == ["'"] * len(evil)
    assert read([{"a": -1.5}])[1] == ["-1.5"]


def test_lists_and_members_are_json() -> None:
    assert read([{"a": ["x", 1], "b": {"c": None}}])[1] == ['["x",1]', '{"c":null}']
