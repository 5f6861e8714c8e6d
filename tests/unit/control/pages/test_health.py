"""The page of a model, from values."""

from healthy import ASKED
from msgspec.structs import replace

from mainstay.control.health import Health
from mainstay.control.pages import health


def test_the_page_opens_with_its_sentence_its_state_and_its_owner(whole: Health) -> None:
    page = health.page(whole)

    head = page[page.index("<main") :].partition("question-ask")[0]
    assert "<b>Keep serving v2 and wait.</b> roc_auc 0.7 is not clear of its limit." in head
    assert "live · 100%" in head
    assert "clinic &lt;desk&gt;" in head
    assert 'class="state unsure"' in head


def test_what_waits_is_told_with_the_command_that_acts(whole: Health) -> None:
    page = health.page(whole)

    assert "<pre>mainstay incident show 7</pre>" in page
    assert "&lt;late&gt;" in page
    assert "Nothing waits for anybody." in health.page(replace(whole, tasks=()))


def test_nothing_measured_is_unknown_and_never_green(whole: Health) -> None:
    questions = tuple(replace(one, verdict=None) for one in whole.questions)
    empty = replace(
        whole, version="", questions=questions, realised=(), estimated=(), marks=(), lately=(),
        promises=(), tasks=(),
    )  # fmt: skip

    page = health.page(empty)

    main = page[page.index("<main") :]
    assert main.count('class="question unknown"') == len(ASKED)
    assert 'class="state pass"' not in main
    assert "answers nobody yet" in main


def test_a_page_is_small(whole: Health) -> None:
    assert len(health.content(whole)) < 60_000
