"""A linear axis with round ticks: from the values that must be seen to places on the page.

Ticks are 1, 2 or 5 times a power of ten (Heckbert 1990, "Nice numbers for graph labels").
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from ablation.pages.figures.svg import INK, MUTED, RULE, element, group, label


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Values from `low` to `high` lie between the places `left` and `right`.

    >>> axis = Axis(low=0.0, high=0.5, left=100.0, right=200.0)
    >>> axis(0.25), axis.ticks
    (150.0, (0.0, 0.1, 0.2, 0.3, 0.4, 0.5))
    """

    low: float
    high: float
    left: float
    right: float
    wish: int = 6

    def __call__(self, value: float) -> float:
        """Place a value; one beyond the ends is placed at the end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def beyond(self, value: float) -> bool:
        """Whether a value lies outside the axis."""
        return not self.low <= value <= self.high

    @property
    def step(self) -> float:
        """The distance of two ticks."""
        span = self.high - self.low
        power = 10.0 ** math.floor(math.log10(span / self.wish))
        return min(
            (k * power for k in (1, 2, 5, 10)), key=lambda step: abs(span / step - self.wish)
        )

    @property
    def ticks(self) -> tuple[float, ...]:
        """The round values on the axis."""
        step = self.step
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(float(Decimal(repr(step)) * k) for k in range(first, last + 1))

    def grid(self, top: float, bottom: float) -> Markup:
        """Draw a faint line at every tick, and a plain one at zero."""
        places = [(self(tick), RULE, 0.6) for tick in self.ticks]
        if not self.beyond(0.0):
            places.append((self(0.0), INK, 1.0))
        return group(
            element("line", x1=x, x2=x, y1=top, y2=bottom, stroke=colour, stroke_width=width)
            for x, colour, width in places
        )

    def drawn(self, y: float, *, title: str) -> Markup:
        """Draw ticks, their numbers and the axis title below the height y."""
        places = max(0, -math.floor(math.log10(self.step) + 1e-9))
        marks = [
            element("line", x1=self(t), x2=self(t), y1=y, y2=y + 5, stroke=MUTED)
            for t in self.ticks
        ]
        numbers = [
            label(tick_text(t, places), self(t), y + 20, text_anchor="middle") for t in self.ticks
        ]
        base = element("line", x1=self.left, x2=self.right, y1=y, y2=y, stroke=MUTED)
        middle = (self.left + self.right) / 2
        name = label(title, middle, y + 41, text_anchor="middle", fill=INK, font_size=13)
        return group([base, *marks, group(numbers, fill=MUTED, font_size=12.5), name])


def spanning(values: Iterable[float], soft: Iterable[float], *, left: float, right: float) -> Axis:
    """Make an axis that shows all `values`, and as much of `soft` as leaves the values legible.

    Ends of very wide intervals are soft: they may take as much room as the values again on either
    side, and are cut there.

    >>> axis = spanning([0.0, 1.0], [-50.0, 1.5], left=0, right=100)
    >>> round(axis.low, 2), round(axis.high, 2)
    (-1.1, 1.6)
    """
    hard = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(hard), max(hard)
    span = (high - low) or abs(high) or 1.0
    reach = [value for value in soft if math.isfinite(value)]
    low = max(min([low, *reach]), low - span)
    high = min(max([high, *reach]), high + span)
    room = 0.04 * ((high - low) or span)
    return Axis(low=low - room, high=high + room, left=left, right=right)


def tick_text(value: float, places: int) -> str:
    """Write the number at a tick, with a true minus sign.

    >>> tick_text(-0.1, 1), tick_text(2e7, 0)
    ('−0.1', '2e+07')
    """
    plain = places <= 5 and abs(value) < 1e6
    return (f"{value:.{places}f}" if plain else f"{value:.3g}").replace("-", "−")
