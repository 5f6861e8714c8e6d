import pytest

from mainstay.contract.wording import path_text, shown


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("a", "b", 0, "c"), "a.b[0].c"),
        (("a", "per cent"), 'a."per cent"'),
        (("a", "x\ny"), 'a."x\\ny"'),
        ((), "the contract"),
    ],
)
def test_a_path_reads_as_people_write_it_on_one_line(path, text):
    assert path_text(path) == text


def test_a_value_is_shown_short_and_on_one_line():
    assert shown("a\nb") == '"a\\nb"'
    assert shown("\u2028") == '"\\u2028"'
    assert shown(None) == "empty"
    assert shown({}) == "a mapping"
    assert shown(1.5) == "1.5"
    assert shown("x" * 500) == '"' + "x" * 79 + '…"'
