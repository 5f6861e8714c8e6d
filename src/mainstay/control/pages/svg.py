"""Small server-side SVG: scales, axes and the few marks every chart is made of."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mainstay.control.pages.markup import Html, joined, tag


class Linear(NamedTuple):
    """A linear scale from data [low, high] to pixels [first, last]; low < high."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        """The pixel of a value, also outside the domain."""
        share = (value - self.low) / (self.high - self.low)
        return self.first + share * (self.last - self.first)

    def clipped(self, value: float) -> float:
        """The pixel of a value, never outside the range."""
        return self(min(max(value, self.low), self.high))


class Frame(NamedTuple):
    """A plot inside a chart: its two scales; y.first is the bottom."""

    x: Linear
    y: Linear


def span(values: Iterable[float], room: float = 0.0) -> tuple[float, float]:
    """Least and greatest value with `room` (a share of the distance) on both sides; never empty."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    side = (high - low) * room if high > low else abs(high) / 2 or 0.5
    return low - side, high + side


def ticks(low: float, high: float, count: int = 4) -> tuple[float, ...]:
    """Round values in [low, high], steps of 1, 2, 2.5 or 5 times a power of ten."""
    raw = (high - low) / count
    magnitude = 10.0 ** math.floor(math.log10(raw))
    step = next(k * magnitude for k in (1, 2, 2.5, 5, 10) if k * magnitude >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def chart(width: float, height: float, label: str, *marks: Html) -> Html:
    """label: what a screen reader says instead of the picture."""
    box = f"0 0 {width:g} {height:g}"
    return tag("svg", *marks, class_="chart", viewBox=box, role="img", aria_label=label)


def text(x: float, y: float, words: str, kind: str = "label", anchor: str = "") -> Html:
    return tag("text", words, class_=kind, x=x, y=y, text_anchor=anchor)


def across(x0: float, x1: float, y: float, kind: str) -> Html:
    """A horizontal line."""
    return tag("line", class_=kind, x1=x0, x2=x1, y1=y, y2=y)


def upright(x: float, y0: float, y1: float, kind: str) -> Html:
    """A vertical line."""
    return tag("line", class_=kind, x1=x, x2=x, y1=y0, y2=y1)


def box(x0: float, x1: float, y: float, height: float, kind: str) -> Html:
    """A rectangle between two pixels, in either order."""
    return tag("rect", class_=kind, x=min(x0, x1), y=y, width=abs(x1 - x0), height=height, rx=2)


def dot(x: float, y: float, kind: str, title: str = "", radius: float = 3.6) -> Html:
    inner = (tag("title", title),) if title else ()
    return tag("circle", *inner, class_=kind, cx=x, cy=y, r=radius)


def trace(xs: Sequence[float], ys: Sequence[float], frame: Frame, kind: str = "trace") -> Html:
    return tag("path", class_=kind, d="M" + "L".join(_points(xs, ys, frame)))


def band(
    xs: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    frame: Frame,
    kind: str = "band",
) -> Html:
    """The area between two lines over the same xs."""
    around = [*_points(xs, highs, frame), *reversed(_points(xs, lows, frame))]
    return tag("path", class_=kind, d="M" + "L".join(around) + "Z")


def left_axis(frame: Frame, form: str, count: int = 4) -> Html:
    """Round values with grid lines, about `count`; form: a format specification."""
    x, y = frame
    return joined(
        *(
            joined(
                across(x.first, x.last, y(value), "gridline"),
                text(x.first - 6, y(value) + 3.5, format(value, form), "tick", "end"),
            )
            for value in ticks(y.low, y.high, count)
        )
    )


def bottom_axis(x: Linear, y: float, form: str, count: int = 5) -> Html:
    """Round values below the plot."""
    shown = ticks(x.low, x.high, count)
    return joined(*(text(x(value), y, format(value, form), "tick", "middle") for value in shown))


def _points(xs: Sequence[float], ys: Sequence[float], frame: Frame) -> list[str]:
    return [f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y in zip(xs, ys, strict=True)]
