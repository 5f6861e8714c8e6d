"""The charts of a certificate, each with its table twin."""

from collections.abc import Iterator

from mainstay.control.pages import parts, svg
from mainstay.control.pages.markup import Html, joined, tag
from mainstay.control.pages.parts import Row, number
from mainstay.core.nouns import Estimate, Evidence, Limit
from mainstay.stats.calibration import Bin
from mainstay.stats.value import Curve

WIDE, ROW = 780, 17
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 380, 216, 46, 20, 16, 28
LETTER = 6.2
"""Pixels of a letter of a label, about."""
LONGEST = 30

Slice = tuple[str, Estimate, Limit, parts.State]


def slices(evidence: tuple[Evidence, ...]) -> Html:
    """Every slice with its interval against the limit; () draws nothing."""
    shown = [
        (one.clause, one.estimate, one.limit, parts.judged(one))
        for one in evidence
        if one.estimate and one.limit
    ]
    picture = (
        tag("div", _slices(shown), class_="wide", tabindex=0, role="group", aria_label="Slices")
        if shown
        else Html()
    )
    head: Row = ("Slice", *map(number, ("Estimate", "95% interval", "n", "Limit")), "Verdict")
    return joined(picture, parts.twin(head, map(_slice_row, evidence)))


def value_curve(curve: Curve, chosen: float | None, currency: str) -> Html:
    """Money by threshold with its band, the threshold in use as a line."""
    frame = _frame(curve.threshold, (0.0, *curve.money, *curve.low, *curve.high))
    known = bool(curve.low)
    picture = svg.chart(
        WIDTH,
        HEIGHT,
        f"{currency} per 1,000 decisions by threshold",
        svg.left_axis(frame, ",.10g"),
        svg.bottom_axis(frame.x, HEIGHT - 10, "g"),
        svg.band(curve.threshold, curve.low, curve.high, frame) if known else Html(),
        svg.trace(curve.threshold, curve.money, frame),
        _chosen(curve, chosen, frame),
    )
    head: Row = ("Threshold", number(f"{currency} per 1,000"), number("95% interval"))
    return joined(picture, parts.twin(head, _money_rows(curve)))


def reliability(bins: tuple[Bin, ...]) -> Html:
    """Shares that happened against the scores that announced them; on the diagonal is honest."""
    top = max(max(one.score, one.positive.high) for one in bins)
    frame = _frame((0.0, top), (0.0, top))
    x, y = frame
    marks = (
        joined(
            svg.upright(x(one.score), y(one.positive.low), y(one.positive.high), "whisker"),
            svg.dot(x(one.score), y(one.positive.value), "point", _announced(one), 3),
        )
        for one in bins
    )
    picture = svg.chart(
        WIDTH,
        HEIGHT,
        "Share that happened by score announced, with 95 percent intervals",
        svg.left_axis(frame, ".0%"),
        svg.bottom_axis(x, HEIGHT - 10, ".0%"),
        svg.trace((0, top), (0, top), frame, "baseline"),
        *marks,
        svg.text(x.last, y(0) - 8, "dotted: as announced", "label mute halo", "end"),
    )
    head: Row = ("Announced", *map(number, ("Happened", "95% interval", "n")))
    return joined(picture, parts.twin(head, map(_bin_row, bins)))


def _slices(shown: list[Slice]) -> Html:
    height = len(shown) * ROW + 34
    names = [_short(clause) for clause, *_ in shown]
    left = max(len(name) for name in names) * LETTER + 10
    limit = shown[0][2]
    ends = [end for _, one, bound, _ in shown for end in (one.low, one.high, bound.bound)]
    scale = svg.Linear(*svg.span(ends, 0.08), left, WIDE - 136)
    side = -6 if scale(limit.bound) - left > 70 else 6
    anchor = "end" if side < 0 else "start"
    marks = (
        _slice(one, name, scale, 26 + place * ROW)
        for place, (one, name) in enumerate(zip(shown, names, strict=True))
    )
    return svg.chart(
        WIDE,
        height + 10,
        f"{len(shown)} slices with 95 percent intervals, limit {parts.bound_of(limit)}",
        parts.allowed(limit, scale, 14, height - 28),
        svg.bottom_axis(scale, height + 2, "g", 8),
        svg.upright(scale(limit.bound), 14, height - 14, "threshold"),
        svg.text(scale(limit.bound) + side, 10, f"limit {parts.bound_of(limit)}", "label", anchor),
        *marks,
    )


def _slice(shown: Slice, name: str, scale: svg.Linear, y: float) -> Html:
    clause, estimate, _, kind = shown
    value = parts.value_of(estimate)
    title = f"{clause}: {value}, {parts.interval_of(estimate)}, n {estimate.n:,}, {kind}"
    words = f"{value} · n {estimate.n:,}" + ("" if kind == "pass" else f" · {kind}")
    return joined(
        svg.text(0, y + 4, name),
        svg.across(scale(estimate.low), scale(estimate.high), y, f"interval {kind}"),
        svg.dot(scale(estimate.value), y, f"mark {kind}", title, 3.4),
        svg.text(scale.last + 10, y + 4, words, "tick"),
    )


def _short(clause: str) -> str:
    name = clause.removeprefix("slices, ")
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _slice_row(one: Evidence) -> Row:
    verdict = parts.state(parts.judged(one))
    if one.estimate is None:
        return (one.clause, *map(number, ("not measured", "", "", "")), verdict)
    limit = parts.bound_of(one.limit) if one.limit else "none"
    measured = (parts.value_of(one.estimate), parts.interval_of(one.estimate))
    return (one.clause, *map(number, (*measured, f"{one.estimate.n:,}", limit)), verdict)


def _frame(xs: tuple[float, ...], ys: tuple[float, ...]) -> svg.Frame:
    across = svg.Linear(*svg.span(xs), LEFT, WIDTH - RIGHT)
    return svg.Frame(across, svg.Linear(*svg.span(ys), HEIGHT - BOTTOM, TOP))


def _money_rows(curve: Curve) -> Iterator[Row]:
    places = 0 if max(map(abs, curve.money)) >= 100 else 2
    for place, (threshold, money) in enumerate(zip(curve.threshold, curve.money, strict=True)):
        ends = [parts.amount(side[place], places) for side in (curve.low, curve.high) if side]
        said = " to ".join(ends) or "not known"
        yield f"{threshold:.3f}", number(parts.amount(money, places)), number(said)


def _chosen(curve: Curve, chosen: float | None, frame: svg.Frame) -> Html:
    """The threshold in use, where the curve reaches it."""
    if chosen is None or not curve.threshold[0] <= chosen <= curve.threshold[-1]:
        return Html()
    x = frame.x(chosen)
    left = x > (LEFT + WIDTH - RIGHT) / 2
    words = f"in use {chosen:.3f}"
    label = svg.text(
        x + (-6 if left else 6), HEIGHT - BOTTOM - 8, words, "label halo", "end" if left else ""
    )
    return joined(svg.upright(x, TOP, HEIGHT - BOTTOM, "threshold"), label)


def _announced(one: Bin) -> str:
    share = one.positive
    return (
        f"announced {one.score:.1%}, happened {share.value:.1%} [{share.low:.1%}, {share.high:.1%}]"
    )


def _bin_row(one: Bin) -> Row:
    share = one.positive
    ends = f"{share.low:.1%} to {share.high:.1%}"
    return (f"{one.score:.1%}", *map(number, (f"{share.value:.1%}", ends, f"{share.n:,}")))
