"""Forms of a page, and what is read of them."""

from mainstay.control.pages import parts
from mainstay.web import forms


def test_a_form_carries_what_its_session_gave_it() -> None:
    form = forms.form("/sign-out", "Sign out", carried="abc")

    assert '<input type="hidden" name="csrf" value="abc">' in form
    assert "hidden" not in forms.form("/sign-in", "Sign in")


def test_every_field_stands_in_its_label() -> None:
    fields = (
        forms.field("name", "Name"),
        forms.area("because", "Reason"),
        parts.choice("role", "Role", {"viewer": "viewer"}),
    )

    for one in fields:
        assert one.startswith('<p class="field"><label><span>')
        assert one.endswith("</label></p>")


def test_what_somebody_wrote_is_text_in_a_field() -> None:
    assert "<b>" not in forms.hidden("name", '"><b>')
