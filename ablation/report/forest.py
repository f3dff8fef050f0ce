"""The forest plot: what each component contributes, with everything that the number rests on.

One row a component (Lewis and Clarke 2001, British Medical Journal 322:1479): the estimate with
its interval, each seed's own difference below it, and behind them the region in which an effect
does not matter. A verdict has a colour and a shape.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from markupsafe import Markup

from ablation.pages.figures.axis import Axis, spanning
from ablation.pages.figures.svg import (
    ACCENT,
    BAND,
    CALM,
    MUTED,
    PAPER,
    WARN,
    drawing,
    element,
    fitted,
    group,
    label,
    text_width,
)
from ablation.pages.numbers import decimals, interval, number, percent
from ablation.report.effect import Effect, ranked, read_effects

COLOURS = MappingProxyType(
    {"matters": ACCENT, "hurts": WARN, "equivalent": CALM, "undecided": MUTED}
)

TOGETHER = MappingProxyType(
    {
        "matters": "stronger together",
        "hurts": "overlap",
        "equivalent": "independent",
        "undecided": "undecided",
    }
)
"""What a verdict on an interaction says of its pair."""
_ALONE = ("better without", "worse without")
_PAIRED = (TOGETHER["hurts"], TOGETHER["matters"])


@dataclass(frozen=True, kw_only=True)
class Forest:
    """Effects from the largest loss to the largest gain, and how to print their numbers."""

    rows: tuple[Effect, ...]
    level: float
    places: int
    pairs: bool = False


def forest_plot(
    effects: pd.DataFrame, metric: str | None = None, *, width: float = 740, pairs: bool = False
) -> Markup:
    """Draw one metric of a table of effects; below 480 units of width, as a phone wants it.

    The table is what `ablation.effects` gives, with its `attrs`. Rows are in the order of what is
    lost; a component without an estimate comes last and says so. `pairs` is for what
    `ablation.interactions` gives.

    >>> from ablation import Component, LeaveOneOut, Metric, Study, Trials
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> from ablation.statistics import effects
    >>> "not estimated" in forest_plot(effects(Trials(study, [])))
    True
    """
    rows = ranked(read_effects(effects, metric))
    forest = Forest(
        rows=rows,
        level=float(effects.attrs["level"]),
        places=decimals(row.half_width for row in rows),
        pairs=pairs,
    )
    return _narrow(forest, width) if width < 480 else _broad(forest, width)


def _axis(forest: Forest, left: float, right: float) -> Axis:
    region = forest.rows[0].equivalence
    hard = [0.0, -region, region]
    hard += [value for row in forest.rows for value in (row.effect, *row.differences)]
    soft = [value for row in forest.rows for value in (row.lower, row.upper)]
    return spanning(hard, soft, left=left, right=right)


def _broad(forest: Forest, width: float) -> Markup:
    """Names on the left, numbers on the right, the plot between them."""
    numbers = [_number(row, forest.places) for row in forest.rows]
    names = min(200.0, max(text_width(row.component) for row in forest.rows) + 4)
    figures = max(text_width(text, size=13) for text in numbers)
    axis = _axis(forest, names + 22, width - figures - 18)
    top, step = 30.0, 44.0
    bottom = top + step * len(forest.rows)
    rows: list[Markup] = []
    for i, (row, text) in enumerate(zip(forest.rows, numbers, strict=True)):
        y = top + step * (i + 0.5)
        rows += _named(forest, row, y, names)
        rows += _valued(row, text, width, y)
        rows.append(_plotted(row, axis, y - 4))
    head = label(f"effect, {percent(forest.level)} interval", width, 16, text_anchor="end",
                 fill=MUTED, font_size=12.5)  # fmt: skip
    ground = _ground(forest, axis, [(top, bottom)], bottom)
    return _whole(forest, [*ground, head, *rows], width, bottom)


def _narrow(forest: Forest, width: float) -> Markup:
    """Names and numbers above each interval, which then has the whole width."""
    axis = _axis(forest, 6, width - 6)
    step = 84.0
    bottom = step * len(forest.rows) + 6
    rows: list[Markup] = []
    strips = []
    for i, row in enumerate(forest.rows):
        text, y = _number(row, forest.places), step * i + 18
        rows += _named(forest, row, y, width - text_width(text, size=13) - 12)
        rows += _valued(row, text, width, y)
        rows.append(_plotted(row, axis, y + 36))
        strips.append((y + 24, y + 56))
    return _whole(forest, [*_ground(forest, axis, strips, bottom), *rows], width, bottom)


def _whole(forest: Forest, inside: list[Markup], width: float, bottom: float) -> Markup:
    seen = "; ".join(
        f"{row.component}: {_number(row, forest.places)}, "
        f"{f'{row.verdict}, ' if row.estimated else ''}{_rests_on(row)}"
        for row in forest.rows
    )
    return drawing(
        inside,
        width=width,
        height=bottom + 72,
        title=f"{'Interactions' if forest.pairs else 'Effect of each component'} on "
        f"{forest.rows[0].metric}",
        description=seen,
    )


def _ground(
    forest: Forest, axis: Axis, strips: Sequence[tuple[float, float]], bottom: float
) -> Iterator[Markup]:
    """What lies behind the rows: the region of equivalence, the zero line, the axis."""
    region = forest.rows[0].equivalence
    start, end = axis(-region), axis(region)
    for top, foot in strips:
        if region:
            yield element("rect", x=start, y=top, width=end - start, height=foot - top, fill=BAND)
        yield axis.grid(top, foot)
    what = "interaction" if forest.pairs else "baseline − without"
    yield axis.drawn(bottom, title=f"{fitted(forest.rows[0].metric, 180)}: {what}")
    gain, loss = _PAIRED if forest.pairs else _ALONE
    right, left = (loss, gain) if forest.rows[0].higher_is_better else (gain, loss)
    left, right = f"← {left}", f"{right} →"
    yield group(
        [
            label(left, axis.left, bottom + 61),
            label(right, axis.right, bottom + 61, text_anchor="end"),
        ],
        fill=MUTED,
        font_size=12.5,
    )


def _named(forest: Forest, row: Effect, y: float, room: float) -> Iterator[Markup]:
    yield label(fitted(row.component, room), 0, y, font_weight=500)
    if row.estimated:
        word = TOGETHER[row.verdict] if forest.pairs else row.verdict
        yield label(word, 0, y + 16, fill=_colour(row), font_size=12.5)


def _valued(row: Effect, text: str, width: float, y: float) -> Iterator[Markup]:
    yield label(text, width, y, text_anchor="end", font_size=13)
    yield label(_rests_on(row), width, y + 16, text_anchor="end", font_size=12.5,
                fill=WARN if row.failed else MUTED)  # fmt: skip


def _number(row: Effect, places: int) -> str:
    if not row.estimated:
        return "not estimated"
    ends = interval(row.lower, row.upper, places) if row.has_interval else "(no interval)"
    return f"{number(row.effect, places)} {ends}"


def _rests_on(row: Effect) -> str:
    return f"n = {row.n}, {row.failed} failed" if row.failed else f"n = {row.n}"


def _plotted(row: Effect, axis: Axis, y: float) -> Markup:
    """Draw the interval, the estimate, and below them one dot a seed."""
    if not row.estimated:
        return group([])
    dots = [element("circle", cx=axis(d), cy=y + 12, r=2.3) for d in row.differences]
    return group(
        [
            *_whisker(row, axis, y),
            group(dots, fill_opacity=0.5, stroke="none"),
            SHAPES[row.verdict](axis(row.effect), y),
        ],
        stroke=_colour(row),
        fill=_colour(row),
    )


def _whisker(row: Effect, axis: Axis, y: float) -> Iterator[Markup]:
    """Draw the interval; where it runs off the axis it ends in an arrow."""
    if not row.has_interval:
        return
    start, end = axis(row.lower), axis(row.upper)
    yield element("line", x1=start, x2=end, y1=y, y2=y, stroke_width=2)
    for value, x, way in ((row.lower, start, 5), (row.upper, end, -5)):
        if axis.beyond(value):
            yield element("path", d=f"M{x + way:.2f},{y - 4:.2f} L{x:.2f},{y:.2f} "
                          f"L{x + way:.2f},{y + 4:.2f}", fill="none", stroke_width=2)  # fmt: skip


def _colour(row: Effect) -> str:
    return COLOURS[row.verdict] if row.estimated else MUTED


def _disc(x: float, y: float) -> Markup:
    return element("circle", cx=x, cy=y, r=5.2, stroke="none")


def _diamond(x: float, y: float) -> Markup:
    return element("path", d=f"M{x - 7:.2f},{y:.2f} l7,-7 l7,7 l-7,7 z", stroke="none")


def _square(x: float, y: float) -> Markup:
    return element("rect", x=x - 4.8, y=y - 4.8, width=9.6, height=9.6, stroke="none")


def _ring(x: float, y: float) -> Markup:
    return element("circle", cx=x, cy=y, r=4.6, fill=PAPER, stroke_width=2)


SHAPES: Mapping[str, Callable[[float, float], Markup]] = MappingProxyType(
    {"matters": _disc, "hurts": _diamond, "equivalent": _square, "undecided": _ring}
)
