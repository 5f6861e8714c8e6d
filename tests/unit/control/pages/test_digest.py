"""A week as text and as a page."""

from datetime import timedelta

import healthy
from msgspec.structs import replace

from mainstay.control.pages import digest
from mainstay.control.pages.digest import Digest, Section

MODEL = healthy.whole()
ASKS = ("Is it worth it?", "Is it still right?", "Is the data right?", "How long will it last?")
ASKED = tuple(
    replace(one, ask=name)
    for one, name in zip(MODEL.questions, (*ASKS, "Is it answering?"), strict=True)
)
WEEK = Digest(
    "approver", healthy.NOON, healthy.NOON + timedelta(days=7), "All <holds>.",
    (replace(MODEL, questions=ASKED),) * 12,
    (Section("Waits", ("v2 <now>",), "/approvals"),), "https://m.example",
)  # fmt: skip


def test_the_text_says_the_sentence_and_every_line() -> None:
    said = digest.text(WEEK)

    assert said.startswith("All <holds>.\n")
    assert said.endswith("Waits:\n  v2 <now>")


def test_the_page_leads_to_the_control_plane_and_runs_nothing() -> None:
    page = digest.page(WEEK)

    assert 'href="https://m.example/approvals"' in page
    assert 'href="/' not in page
    assert "v2 &lt;now&gt;" in page
    assert "<script" not in page
    assert page.count("<tr>") == digest.MOST + 1
    assert "the first 10 of 12" in page
