"""What every page has around it."""

from mainstay.core.errors import Missing
from mainstay.web import layout


def test_what_somebody_wrote_is_text_and_never_markup() -> None:
    said = layout.failure(Missing("<script>alert(1)</script>", hint="<b>"), 404)

    assert said.status_code == 404
    assert b"<script>" not in said.body
    assert b"&lt;script&gt;" in said.body
    assert b"&lt;b&gt;" in said.body
