"""A metric through time."""

from healthy import point
from msgspec.structs import replace

from mainstay.control.health import Health
from mainstay.control.pages import course


def test_a_line_never_joins_two_versions(whole: Health) -> None:
    drawn = course.course(whole)

    assert drawn.count('class="trace"') == 2
    assert drawn.count('class="band"') == 2
    assert "limit ≥ 0.66" in drawn
    assert "est. 0.720" in drawn


def test_looks_far_apart_are_not_joined(whole: Health) -> None:
    apart = replace(whole, realised=(point(0), point(1), point(9)))

    assert course.course(apart).count('class="trace"') == 2


def test_every_point_stands_in_the_table(whole: Health) -> None:
    drawn = course.course(whole)

    assert drawn.count("<td>realised</td>") == 4
    assert drawn.count("<td>estimated</td>") == 1
    assert "0.660 to 0.740" in drawn
