"""What every page has around it."""

import pytest
from visiting import visit

from mainstay.core.errors import Bug, Conflict, MainstayError, Missing, Refused
from mainstay.web import layout


def test_what_somebody_wrote_is_text_and_never_markup() -> None:
    said = layout.failure(Missing("<script>alert(1)</script>", hint="<b>"), 404)

    assert said.status_code == 404
    assert b"<script>" not in said.body
    assert b"&lt;script&gt;" in said.body
    assert b"&lt;b&gt;" in said.body


@pytest.mark.parametrize(
    ("error", "code", "title"),
    [
        (Missing("x"), 404, "Not here"), (Refused("x"), 403, "Not yours to do"),
        (Conflict("x"), 409, "Something came first"), (Bug("x"), 500, "Our mistake"),
    ],
)  # fmt: skip
def test_an_error_stands_in_the_shell_of_who_is_signed_in(
    error: MainstayError, code: int, title: str
) -> None:
    said = layout.failure(error, code, visit("viewer")).body.decode()
    alone = layout.failure(error, code).body.decode()

    for drawn in (said, alone):
        assert f"<h1>{title}</h1>" in drawn
    assert 'class="rail"' in said
    assert 'class="rail"' not in alone


def test_a_hint_that_is_a_page_leads_there_and_no_other() -> None:
    page, words = (
        layout.failure(Missing("x", hint=hint), 404).body for hint in ("/incidents", "ask an admin")
    )

    assert b'<a href="/incidents">' in page
    assert b'href="ask' not in words
