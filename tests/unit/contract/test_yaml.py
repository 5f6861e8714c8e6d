import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.contract import nodes, yaml
from mainstay.contract.nodes import Mark
from mainstay.core.errors import Mistakes


def values(text: str) -> object:
    return nodes.plain(yaml.tree(text.encode(), "f").root)


def told(text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    try:
        return [str(finding) for finding in yaml.tree(content, "f").findings]
    except Mistakes as mistakes:
        return [str(finding) for finding in mistakes.findings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("False", False), ("yes", "yes"), ("on", "on"), ("no", "no"),
        ("null", None), ("~", None), ("", None), ("12", 12), ("0o17", 15), ("0x1F", 31),
        ("012", 12), ("-3", -3), ("1.5", 1.5), ("1e3", 1000.0), (".5", 0.5), ("1_000", "1_000"),
        ("2013-01-31", "2013-01-31"), ("1:30", "1:30"), ("'12'", "12"), ('"true"', "true"),
    ],
)  # fmt: skip
def test_plain_text_means_what_yaml_1_2_says(text, value):
    assert values(f"a: {text}") == {"a": value}


def test_keys_are_text():
    assert values("on: 1\n12: 2\nnull: 3") == {"on": 1, "12": 2, "null": 3}


def test_every_node_knows_its_place_and_that_of_its_key():
    tree = yaml.tree(b"a:\n  b: [x, {c: y}]\n", "f")

    inner, exact = nodes.node_at(tree.root, ("a", "b", 1, "c"))

    assert exact
    assert (inner.key, inner.mark) == (Mark(2, 11), Mark(2, 14))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2", "f:4:3: b.c is stated twice, first in line 3"),
        ("a: &x 1", "f:1:4: a has the anchor &x"),
        ("a: *x", "f:1:4: a is the alias *x"),
        ("a: !!int 1", "f:1:4: a has a tag"),
        ("a: [1, !x {}]", "f:1:8: a[1] has a tag"),
        ("&x a: 1", "f:1:1: the contract has a key that is no name"),
        ("? [a]\n: 1", "f:1:3: the contract has a key that is no name"),
        ("a: {'': 1}", "f:1:5: a has a key that is no name"),
        ("a: 99999999999999999", "f:1:4: a is 99999999999999999, beyond what is counted here"),
        ("a: 1e999", "f:1:4: a is 1e999, beyond what is counted here"),
        ("a: .inf", "f:1:4: a is .inf, beyond what is counted here"),
        ('a: "\\ud800"', "f:1:4: a holds half of a character"),
    ],
)
def test_what_strict_yaml_leaves_out_is_told_at_its_place(text, said):
    assert told(text)[0].splitlines()[0] == said


def test_all_of_it_is_told_in_one_pass():
    found = told("a: &x 1\nb: *x\nc: !t 3\na: 2\n? {}\n: 4\n")

    assert [one.partition(": ")[0] for one in found] == [
        "f:1:4",
        "f:2:4",
        "f:3:4",
        "f:4:1",
        "f:5:3",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: ?\n", "f:1:4: not YAML: mapping keys are not allowed here\n  hint: write "),
        ("a: b: c", "f:1:5: not YAML: mapping values are not allowed here"),
        ("a: [{y: 1]", "f:1:10: not YAML: expected ',' or '}', but got ']' in what began at 1:5"),
        ("a: 1\n\tb: 2", "f:2:1: not YAML: found character '\\t' that cannot start any token"),
        ("a: 'x", "f:1:6: not YAML: found unexpected end of stream in what began at 1:4"),
        ('a: "\\UFFFFFFFF"', "f:1:1: not YAML: a number too large follows"),
        ("a: 1\n---\nb: 2", "f:2:1: a second document begins"),
        ("", "f:1:1: the file is empty"),
        ("# nothing\n", "f:2:1: the file is empty"),
        ("a: \x01", "f:1:4: a control character"),
        (b"a: 1\nb: \xff", "f:2:4: not UTF-8 text"),
        (b"\x00\x01\x02\xff", "f:1:4: not UTF-8 text"),
        ("[" * 30, "f:1:22: nested deeper than 20 levels"),
        ("? " * 9000, "f:1:3: the contract has a key that is no name"),
        ("a: " + "x" * yaml.LARGEST, "f:1:1: the file is larger than 256 KB"),
        ("- 1\n" * 20_001, "f:20000:3: more than 20,000 values"),
    ],
)  # fmt: skip
def test_where_reading_ends_is_told_in_our_words(text, said):
    assert told(text)[0].startswith(said)


def test_an_alias_bomb_is_a_list_of_mistakes():
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert len(told(bomb)) == 9 + 8 * 9


def test_only_the_first_hundred_are_told():
    with pytest.raises(Mistakes) as caught:
        raise nodes.told(yaml.tree(b"a: 1\n" * 301, "f").findings)

    assert len(caught.value.findings) == 100
    assert caught.value.hint == "and 200 more"


def test_what_twenty_levels_hold_is_read():
    assert values("[" * 20 + "]" * 20)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_tree_or_mistakes_with_a_place(content):
    try:
        findings = yaml.tree(content, "f").findings
    except Mistakes as mistakes:
        findings = mistakes.findings

    assert all(finding.line and finding.column and finding.what for finding in findings)
