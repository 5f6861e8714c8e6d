"""What every page has around it."""

from mainstay.core.errors import Missing
from mainstay.web import layout


def test_what_somebody_wrote_is_text_and_never_markup() -> None:
    said = layout.failure(Missing("<script>alert(1)</script>", hint="<b>"), 404)

    assert said.status_code == 404
    assert b"<script>" not in said.body
    assert b"&lt;script&gt;" in said.body
    assert b"&lt;b&gt;" in said.body


def test_a_form_carries_what_its_session_gave_it() -> None:
    form = layout.form("/sign-out", "Sign out", carried="abc")

    assert '<input type="hidden" name="csrf" value="abc">' in form
    assert "hidden" not in layout.form("/sign-in", "Sign in")


def test_every_field_has_its_label() -> None:
    assert '<label for="name">Name</label>' in layout.field("name", "Name")
