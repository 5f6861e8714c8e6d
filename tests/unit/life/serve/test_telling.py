"""Who answers, in one line."""

from datetime import timedelta

from msgspec import structs
from small_project import Serving

from mainstay.core import clock
from mainstay.life.serve.loader import Place
from mainstay.life.serve.telling import Voice
from mainstay.life.serve.watching import Watch


def heard(watch: Watch, serving: Serving) -> tuple[Watch, list[str]]:
    """The same door with an ear."""
    lines: list[str] = []
    voice = Voice(lines.append, lambda line: lines.append(f"! {line}"))
    return Watch(watch.place, serving.log, watch.keys, voice), lines


def test_a_door_says_once_that_it_is_ready_and_then_what_changes(
    watch: Watch, serving: Serving
) -> None:
    watch, lines = heard(watch, serving)
    watch.look()
    serving.publish(1)
    watch.look()
    watch.look()
    shares = [structs.replace(serving.certified(n), share=s) for n, s in ((1, 0.9), (2, 0.1))]
    serving.publish(2, *shares)
    watch.look()
    serving.publish(1)
    watch.look()
    watch.look()
    watch.stop()

    absent, ready, followed, canary, older = lines
    assert absent.startswith("! Not followed: ")
    assert (ready, followed) == ("Ready: v1 answers everything (routing 1)", "! Followed again.")
    assert canary == "! Now: v1 answers 90 %, v2 10 % (routing 2)"
    assert older == "! Not followed: routing 1 is an older table: this door has seen 2"


def test_a_certificate_that_ends_is_said(watch: Watch, serving: Serving) -> None:
    watch, lines = heard(watch, serving)
    serving.publish(1, serving.certified(not_after=clock.now() + timedelta(days=1)))
    watch.look()
    serving.clock.write_text((clock.now() + timedelta(days=1)).isoformat())
    watch.look()
    watch.stop()

    assert lines[-1] == (
        "! Now: v1 answers everything (routing 1); v1 by its baseline: the certificate of v1 has"
        " expired"
    )


def test_at_a_door_for_several_each_says_of_which_model(serving: Serving, place: Place) -> None:
    lines: list[str] = []
    voice = Voice(lines.append, lines.append)
    watch = Watch(place, serving.log, serving.keys / "trust.json", voice, named=True)
    watch.look()
    serving.publish(1)
    watch.look()
    watch.stop()

    assert lines[0].startswith(f"Not followed: {place.serving}: ")
    assert lines[1:] == [
        "Ready: no-show: v1 answers everything (routing 1)",
        "no-show: Followed again.",
    ]
