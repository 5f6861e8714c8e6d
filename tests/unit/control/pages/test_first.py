"""The first page of an empty install."""

from mainstay.control.pages import first


def test_nothing_is_green_where_nothing_is_measured() -> None:
    drawn = first.content(first.people(approver=False))

    assert drawn.count('class="question unknown"') == 5
    assert 'class="state pass"' not in drawn
    for command in ("mainstay init", "mainstay assess", "mainstay run", "mainstay demo"):
        assert command in drawn


def test_an_approver_who_is_there_is_not_asked_for_again() -> None:
    assert "Somebody may approve" in first.people(approver=True)
    assert "Name an approver" in first.people(approver=False)
