"""The error tree: every class says what it is, carries kind and retryable, and is documented."""

import re
from pathlib import Path
from typing import get_args

import pytest

from mainstay.cli.failure import EXIT_CODES
from mainstay.core import errors

PAGE = Path("docs/reference/errors.md")


def tree(root: type[errors.MainstayError]) -> list[type[errors.MainstayError]]:
    ours = (child for child in root.__subclasses__() if child.__module__.startswith("mainstay."))
    return [root, *(leaf for child in ours for leaf in tree(child))]


@pytest.mark.parametrize("error", tree(errors.MainstayError), ids=lambda error: error.__name__)
def test_every_error_says_what_kind_it_is(error: type[errors.MainstayError]) -> None:
    assert error.kind in get_args(errors.Kind)
    assert isinstance(error.retryable, bool)
    assert (error.__doc__ or "").strip()
    assert error.__module__ == "mainstay.core.errors"


def test_the_page_lists_exactly_the_errors_there_are_with_their_exit_codes() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (\d+) \| (yes|no) \|", PAGE.read_text(), re.MULTILINE
    )

    assert set(rows) == {
        (one.__name__, one.kind, str(EXIT_CODES[one.kind]), "yes" if one.retryable else "no")
        for one in tree(errors.MainstayError)[1:]
    }


def test_the_tree_drawn_at_the_top_is_the_tree_there_is() -> None:
    drawn = re.findall(r"^(?:[│ ]*[├└]── )?(\w+)(?:  |$)", errors.__doc__ or "", re.MULTILINE)

    assert drawn == [one.__name__ for one in tree(errors.MainstayError)]
