"""Markup that cannot be broken out of."""

from mainstay.control.pages.markup import Html, joined, tag


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "a < b", tag("b", "&")) == "<p>a &lt; b<b>&amp;</b></p>"


def test_an_attribute_cannot_be_left() -> None:
    assert tag("i", title='" onclick="x') == '<i title="&quot; onclick=&quot;x"></i>'


def test_names_of_attributes_become_those_of_html() -> None:
    made = tag("a", class_="x", aria_label="y", x1=3.14159, y1=2.0)

    assert made == '<a class="x" aria-label="y" x1="3.1" y1="2"></a>'


def test_an_empty_attribute_is_left_out() -> None:
    assert tag("td", class_="") == "<td></td>"


def test_a_void_element_has_no_end() -> None:
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert tag("input", name="x") == '<input name="x">'


def test_parts_join_to_markup() -> None:
    assert joined("<", Html("<br>")) == "&lt;<br>"
    assert isinstance(joined(), Html)
