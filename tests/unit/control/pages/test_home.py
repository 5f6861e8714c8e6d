"""Home: which model needs me today?"""

from msgspec.structs import replace

from mainstay.control.health import Health
from mainstay.control.pages import home
from mainstay.core.nouns import Estimate, Verdict

VERSIONS, SHARES = {"v1": "approved", "v2": "refused"}, {"v1": 1.0}


def stood(one: Health) -> Health:
    return replace(one, versions=VERSIONS, shares=SHARES)


def calm(whole: Health) -> Health:
    questions = tuple(replace(one, verdict=Verdict.PASS) for one in asked(whole).questions)
    return replace(whole, model="calm", tasks=(), questions=questions)


def asked(whole: Health) -> Health:
    """With the questions as they are asked."""
    asks = ("Is it worth it?", "Is it still right?", "Is the data right?", "How long will it last?")
    names = (*asks, "Is it answering?")
    some = (replace(one, ask=name) for one, name in zip(whole.questions, names, strict=True))
    return replace(whole, questions=tuple(some))


def test_it_opens_with_how_many_need_somebody_and_which_first(whole: Health) -> None:
    models = (calm(whole), stood(asked(whole)))

    drawn = home.content(models)

    assert "<b>1 of 2 models needs somebody today; start with no-show.</b>" in drawn
    assert drawn.index('href="/models/no-show"') < drawn.index('href="/models/calm"')
    assert "No version yet." not in drawn, "of several, each stands on its own page"


def test_a_long_list_has_pages_and_can_be_narrowed(whole: Health) -> None:
    some = tuple(replace(calm(whole), model=f"m{at:03}", owner="desk") for at in range(120))

    first = home.content(some)
    last = home.content(some, narrow=home.narrowed("", "3"))
    found = home.content(some, narrow=home.narrowed("M11 desk", "x"))
    none = home.content(some, narrow=home.narrowed("nobody", "1"))

    assert (first.count('href="/models/m'), last.count('href="/models/m')) == (home.EACH, 20)
    assert "1 to 50 of 120" in first
    assert 'href="/?q=&amp;page=2"' in first
    assert "101 to 120 of 120" in last
    assert "page=4" not in last
    assert found.count('href="/models/m11') == 10
    assert 'value="M11 desk"' in found
    assert "0 to 0 of 0" in none


def test_of_many_open_items_the_first_are_shown_and_counted(whole: Health) -> None:
    busy = tuple(replace(asked(whole), model=f"m{at:03}") for at in range(40))

    drawn = home.content(busy)

    assert "the first 12 of 40" in drawn


def test_where_nothing_waits_nobody_is_needed(whole: Health) -> None:
    drawn = home.content((stood(calm(whole)),))

    assert "<b>Nobody is needed today.</b>" in drawn
    assert "Nothing waits for anybody." in drawn


def test_five_shapes_say_their_words(whole: Health) -> None:
    drawn = home.content((stood(asked(whole)),))

    assert drawn.count("<title>Is ") == 4
    assert "Is it worth it? 0.7: unsure" in drawn


def test_only_what_is_certified_has_a_certificate(whole: Health) -> None:
    drawn = home.content((stood(asked(whole)),))

    assert drawn.count(">certificate</a>") == 1
    assert 'href="/models/no-show/versions/v1/certificate"' in drawn
    assert 'href="/models/no-show/versions/v2"' in drawn
    assert "100%" in drawn


def test_the_urgent_come_first_then_what_is_worth_most_a_week(whole: Health) -> None:
    def model(name: str, soon: str, worth: float | None) -> Health:
        found = Estimate(worth, worth - 5, worth + 5, 99, "EUR") if worth else None
        task = replace(whole.tasks[0], what=f"mend {name}", soon=soon, worth=found)
        return replace(stood(asked(whole)), model=name, tasks=(task,))

    drawn = home.content((
        model("unknown", "this week", None), model("dear", "this week", 900.0),
        model("cheap", "this week", 90.0), model("burning", "now", None), calm(whole),
    ))  # fmt: skip

    order = ["burning", "dear", "cheap", "unknown"]
    places = [drawn.index(f'href="/models/{name}"') for name in (*order, "calm")]
    assert places == sorted(places)
    items = [drawn.index(f"<b>mend {name}</b>") for name in order]
    assert items == sorted(items)
    assert "start with burning" in drawn
    assert "EUR 900" in drawn
    assert "895 to 905" in drawn
    assert drawn.count("not known") >= 2
