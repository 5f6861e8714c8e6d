"""The page of a model: is it earning its place, and what is to be done?"""

from mainstay.control.foretelling import Foretold
from mainstay.control.health import Health, Question, Task
from mainstay.control.pages import answers, course, foretold, inputs, parts
from mainstay.control.pages.answers import card
from mainstay.control.pages.markup import Html, joined, tag


def page(it: Health) -> str:
    """One file, as of a moment."""
    return parts.document(f"{it.model} · health", content(it), kind="page")


def content(it: Health) -> Html:
    """What stands between head and foot of a page."""
    return joined(
        _head(it),
        tag("section", *map(_question, it.questions), class_="questions", aria_label="Questions"),
        tag(
            "div",
            tag("div", *_main(it), class_="col"),
            tag("aside", _tasks(it), class_="col side", aria_label="What to do now"),
            class_="layout",
        ),
        tag("footer", f"As of {parts.minute(it.at)}"),
    )


def _main(it: Health) -> tuple[Html, ...]:
    """A forecast only where there is one."""
    lasts = (_lasts(it.foretold),) if it.foretold else ()
    return _performance(it), *lasts, _inputs(it), _promises(it)


def _head(it: Health) -> Html:
    chips = (
        (tag("span", it.version, class_="chip"), tag("span", _share(it), class_="chip live"))
        if it.version
        else (tag("span", "answers nobody yet", class_="chip"),)
    )
    first, _, rest = it.sentence[2:].partition(": ")
    said = joined(tag("b", f"{first[:1].upper()}{first[1:].rstrip('.')}."), f" {rest}")
    state = parts.state(state_of(it.verdict), _word(it))
    whose = tag("p", state, f" · {it.owner}", class_="whose")
    title = tag("h1", it.model, " ", *chips)
    return tag("div", title, tag("p", said, class_="verdict"), whose, class_="head")


def _word(it: Health) -> str:
    worst = next(one for one in it.questions if one.verdict == it.verdict)
    return f"{state_of(it.verdict)}, by its worst question: {worst.ask.rstrip('?').lower()}"


def _share(it: Health) -> str:
    return "live · 100%" if it.share == 1 else f"canary · {it.share:.0%}"


def state_of(verdict: object) -> parts.State:
    """The state of a verdict; None is unknown."""
    return str(verdict) if verdict else "unknown"  # type: ignore[return-value]  # a Verdict


def _question(one: Question) -> Html:
    return tile(one.ask, state_of(one.verdict), one.answer, one.detail)


def tile(ask: str, kind: parts.State, answer: str, detail: str) -> Html:
    """A question with its answer in a few words."""
    return tag(
        "div",
        tag("span", ask, class_="question-ask"),
        parts.state(kind, answer),
        tag("span", detail, class_="question-detail"),
        class_=f"question {kind}",
    )


def _performance(it: Health) -> Html:
    beside = f"{it.metric}, as known at each look" if it.metric else "no goal is stated"
    return card("Performance", beside, course.course(it))


def _lasts(one: Foretold) -> Html:
    beside = f"{one.measure} of {one.version}, 80% intervals fixed before labels came"
    return card("Shelf life", beside, foretold.foretold(one))


def _inputs(it: Health) -> Html:
    beside = "bars now, outline at training; by weight and movement"
    title = f"Inputs that matter, {inputs.lately(it.lately)}" if it.lately else "Inputs"
    return card(title, beside, inputs.inputs(it))


def _promises(it: Health) -> Html:
    if not it.promises:
        empty = tag("p", "Nothing was measured in the field yet.", class_="mute")
        return card("Contract", "measured against what was agreed", empty)
    return card("Contract", "measured against what was agreed", answers.promises(it.promises))


def _tasks(it: Health) -> Html:
    if not it.tasks:
        nothing = tag("p", "Nothing waits for anybody.", class_="mute")
        return card("What to do now", "", nothing)
    return card("What to do now", "", tag("ol", *map(task, it.tasks), class_="todo"))


def task(one: Task) -> Html:
    """An item of a list: what, why, who, the command that acts."""
    return tag(
        "li",
        tag("h3", parts.state(state_of(one.verdict), one.what)),
        tag("p", one.why),
        tag("p", one.who, class_="mute"),
        tag("pre", f"mainstay {one.command}"),
    )
