"""Two worlds side by side: the same draws with a component on and off, and where each ends up.

The width of a ribbon is its share of the draws, so the table of two outcomes is seen, not read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from ablation.pages.figures.svg import (
    ACCENT,
    INK,
    MUTED,
    WARN,
    drawing,
    element,
    fitted,
    label,
)
from ablation.pages.numbers import number

_BAR, _GAP, _TOP, _TALL = 13.0, 12.0, 34.0, 170.0


@dataclass(frozen=True, slots=True)
class Shares:
    """How often an event holds in both worlds, in one, in neither; they sum to one.

    >>> Shares(0.7, 0.2, 0.02, 0.08).on
    0.9
    """

    both: float
    only_on: float
    only_off: float
    neither: float

    @property
    def on(self) -> float:
        """How often it holds in the first world."""
        return round(self.both + self.only_on, 12)

    @property
    def off(self) -> float:
        """How often it holds in the second."""
        return round(self.both + self.only_off, 12)


def two_worlds(
    shares: Shares,
    *,
    on: str = "with it",
    off: str = "without it",
    title: str = "Two worlds",
    width: float = 420,
) -> Markup:
    """Draw both worlds as bars, and ribbons between them; above the line the event holds.

    >>> svg = two_worlds(Shares(0.7, 0.2, 0.02, 0.08))
    >>> svg.count("<path"), "0.78" in svg
    (4, True)
    """
    left, right = 62.0, width - 62.0 - _BAR
    ends = _ends(shares)
    ribbons = [
        element("path", d=_ribbon(left + _BAR, right, *ends[name]), fill=colour, stroke="none",
                fill_opacity=opacity)
        for name, colour, opacity in _DRAWN
        if getattr(shares, name) > 0
    ]  # fmt: skip
    bars = [*_bar(left, shares.on, on, width), *_bar(right, shares.off, off, width)]
    kept = shares.both / shares.on if shares.on else 0.0
    told = f"{number(kept, 2)} of those that hold with it still hold without it."
    below = label(told, width / 2, _TOP + _TALL + _GAP + 26, text_anchor="middle", font_size=13,
                  fill=MUTED)  # fmt: skip
    return drawing(
        [*ribbons, *bars, below],
        width=width,
        height=_TOP + _TALL + _GAP + 38,
        title=title,
        description=(
            f"It holds in both worlds with share {shares.both:.3f}, only {on} "
            f"{shares.only_on:.3f}, only {off} {shares.only_off:.3f}, in neither "
            f"{shares.neither:.3f}."
        ),
    )


_DRAWN = (
    ("both", ACCENT, 0.5),
    ("neither", MUTED, 0.3),
    ("only_on", WARN, 0.55),
    ("only_off", ACCENT, 0.25),
)


def _ends(shares: Shares) -> Mapping[str, tuple[float, float, float]]:
    """Where each ribbon begins and ends, and how wide it is; what holds stands above."""
    below_on, below_off = _low(shares.on), _low(shares.off)
    return {
        "both": (_TOP, _TOP, shares.both * _TALL),
        "only_on": (_TOP + shares.both * _TALL, below_off, shares.only_on * _TALL),
        "only_off": (below_on, _TOP + shares.both * _TALL, shares.only_off * _TALL),
        "neither": (
            below_on + shares.only_off * _TALL,
            below_off + shares.only_on * _TALL,
            shares.neither * _TALL,
        ),
    }


def _low(holds: float) -> float:
    """Where the part begins in which the event does not hold."""
    return _TOP + holds * _TALL + _GAP


def _ribbon(x: float, end: float, from_y: float, to_y: float, wide: float) -> str:
    middle = (x + end) / 2
    return (
        f"M{x:.2f},{from_y:.2f} C{middle:.2f},{from_y:.2f} {middle:.2f},{to_y:.2f} "
        f"{end:.2f},{to_y:.2f} L{end:.2f},{to_y + wide:.2f} C{middle:.2f},{to_y + wide:.2f} "
        f"{middle:.2f},{from_y + wide:.2f} {x:.2f},{from_y + wide:.2f} z"
    )


def _bar(x: float, holds: float, name: str, width: float) -> Iterator[Markup]:
    """One world: how much holds above, how much does not below, each with its share."""
    left = x < width / 2
    at, anchor = (x - 7, "end") if left else (x + _BAR + 7, "start")
    edge, turn = (x, "start") if left else (x + _BAR, "end")
    yield label(fitted(name, width / 2 - 20), edge, 18, text_anchor=turn, font_weight=600)
    for share, y, colour in ((holds, _TOP, ACCENT), (1 - holds, _low(holds), MUTED)):
        if share <= 0:
            continue
        yield element("rect", x=x, y=y, width=_BAR, height=share * _TALL, fill=colour,
                      stroke="none")  # fmt: skip
        middle = y + share * _TALL / 2 + 4.5
        yield label(number(share, 3), at, middle, text_anchor=anchor, font_size=13, fill=INK)
