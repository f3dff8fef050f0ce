"""Answers to one question side by side: what each way of asking says, and how sure it is."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from ablation.pages.figures.axis import Axis, spanning
from ablation.pages.figures.svg import (
    ACCENT,
    CALM,
    INK,
    MUTED,
    WARN,
    drawing,
    element,
    fitted,
    group,
    label,
    text_width,
)
from ablation.pages.numbers import decimals, interval, number

Tone = Literal["plain", "good", "bad", "calm"]
_COLOURS = {"plain": INK, "good": ACCENT, "bad": WARN, "calm": CALM}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One answer: a value with its interval; a remark stands below its name.

    >>> Bar(label="naive", value=-0.069, lower=-0.08, upper=-0.058, tone="bad").label
    'naive'
    """

    label: str
    value: float
    lower: float = math.nan
    upper: float = math.nan
    remark: str = ""
    tone: Tone = "plain"


def bar_compare(
    bars: Sequence[Bar],
    *,
    title: str,
    axis_title: str = "",
    reference: float | None = None,
    width: float = 740,
) -> Markup:
    """Draw the answers below each other on one scale, with a line at the reference.

    Below 480 units of width the names stand above the bars, as a phone wants it.

    >>> answers = [Bar(label="naive", value=-0.069), Bar(label="adjusted", value=-0.020)]
    >>> "−0.069" in bar_compare(answers, title="Two answers")
    True
    """
    if not bars:
        raise ValueError("there is nothing to compare: give one bar or more.")
    places = decimals((bar.upper - bar.lower) / 2 for bar in bars)
    numbers = [_number(bar, places) for bar in bars]
    narrow = width < 480
    axis = _axis(bars, numbers, reference, width)
    step = 84.0 if narrow else 48.0
    bottom = step * len(bars) + 8
    rows: list[Markup] = []
    strips = []
    for i, (bar, text) in enumerate(zip(bars, numbers, strict=True)):
        y = step * i + (18 if narrow else 32)
        room = width - text_width(text, size=13) - 12 if narrow else axis.left - 22
        rows += _named(bar, y, room, width if narrow else room)
        rows.append(label(text, width, y, text_anchor="end", font_size=13))
        rows.append(_drawn(bar, axis, y + (44 if narrow else 0)))
        strips.append((y + 24, y + 56))
    ground = _ground(axis, strips if narrow else [(8.0, bottom)], reference)
    return drawing(
        [*ground, axis.drawn(bottom, title=axis_title), *rows],
        width=width,
        height=bottom + (52 if axis_title else 30),
        title=title,
        description="; ".join(
            f"{bar.label}: {text}" for bar, text in zip(bars, numbers, strict=True)
        ),
    )


def _axis(
    bars: Sequence[Bar], numbers: Sequence[str], reference: float | None, width: float
) -> Axis:
    """Give the bars what names and numbers leave; on a phone, which sets those above, all of it."""
    hard = [0.0, *(bar.value for bar in bars), *([] if reference is None else [reference])]
    soft = [end for bar in bars for end in (bar.lower, bar.upper)]
    if width < 480:
        return spanning(hard, soft, left=6, right=width - 6)
    names = max(text_width(text) for bar in bars for text in (bar.label, bar.remark))
    figures = max(text_width(text, size=13) for text in numbers)
    return spanning(hard, soft, left=min(230.0, names) + 22, right=width - figures - 18)


def _ground(
    axis: Axis, strips: Sequence[tuple[float, float]], reference: float | None
) -> Iterator[Markup]:
    for top, bottom in strips:
        yield axis.grid(top, bottom)
        if reference is not None:
            x = axis(reference)
            yield element("line", x1=x, x2=x, y1=top, y2=bottom, stroke=CALM, stroke_width=1.5,
                          stroke_dasharray="5 4")  # fmt: skip


def _named(bar: Bar, y: float, room: float, below: float) -> Iterator[Markup]:
    yield label(fitted(bar.label, room), 0, y, font_weight=500)
    if bar.remark:
        yield label(fitted(bar.remark, below, size=12.5), 0, y + 16, fill=MUTED, font_size=12.5)


def _number(bar: Bar, places: int) -> str:
    ends = interval(bar.lower, bar.upper, places)
    return (
        f"{number(bar.value, places)} {ends}" if ends.startswith("[") else number(bar.value, places)
    )


def _drawn(bar: Bar, axis: Axis, y: float) -> Markup:
    """Draw a pale bar from zero, the interval, and the value as a disc."""
    if math.isnan(bar.value):
        return group([])
    start, end = sorted((axis(0), axis(bar.value)))
    pieces = [
        element("rect", x=start, y=y - 11, width=end - start, height=13, fill_opacity=0.18,
                stroke="none"),
        element("circle", cx=axis(bar.value), cy=y - 4.5, r=5, stroke="none"),
    ]  # fmt: skip
    if not (math.isnan(bar.lower) or math.isnan(bar.upper)):
        ends = {"x1": axis(bar.lower), "x2": axis(bar.upper), "y1": y - 4.5, "y2": y - 4.5}
        pieces.append(element("line", **ends, stroke_width=2))
    colour = _COLOURS[bar.tone]
    return group(pieces, fill=colour, stroke=colour)
