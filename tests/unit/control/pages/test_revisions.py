"""The page of revisions."""

from mainstay.control.pages import revisions
from mainstay.core.answers import Answer

FACTS = {
    "revisions": [
        {"revision": f"r{number}", "at": "2024-03-01T12:00:00Z", "by": "ana", "digest": "d" * 64}
        for number in (1, 2)
    ],
    "stands": False, "old": "r2", "new": "now", "opens": ["recertify"],
    "changes": [
        {"path": "certify.lasts", "before": "180d", "after": "90d", "opens": "recertify",
         "meaning": "How long.", "words": 'certify.lasts: "180d" -> "90d"'},
    ],
    "lines": ["@@ -1 +1 @@", "-  lasts: 180d", "+  lasts: <90d>"],
}  # fmt: skip


def test_words_lines_and_every_revision_stand_there() -> None:
    drawn = revisions.content("Revisions", Answer("x", facts=FACTS))

    assert "&quot;180d&quot; -&gt; &quot;90d&quot;" in drawn
    assert "a version has to be certified and approved again" in drawn
    assert "<del>-  lasts: 180d" in drawn
    assert "&lt;90d&gt;" in drawn
    assert drawn.index("as it stands, not registered yet") < drawn.index("new=r2")
    assert 'href="?old=r1&amp;new=r2"' in drawn
    assert '<option value="now" selected="selected">as it stands</option>' in drawn


def test_before_any_there_is_the_command_that_makes_one() -> None:
    drawn = revisions.content("Revisions", Answer("None yet.", facts={"revisions": []}))

    assert "mainstay build" in drawn
    assert "<form" not in drawn
