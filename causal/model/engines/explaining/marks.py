"""The marks of a picture: texts in lines, points with their spread, bars of chances, steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from causal.graph.drawing.labels import printable, width
from causal.model.engines.explaining.laws import Chances, Change, Known, Spread, certain
from causal.model.mechanism import Value

__all__ = [
    "LESS",
    "MORE",
    "USUAL",
    "Scale",
    "alone",
    "bar",
    "fitted",
    "here_and_there",
    "step",
    "text",
    "wrapped",
]

MORE, LESS = "#2f7fd1", "#c2591f"  # each as dark against white as it is bright against black
SMALL = 12 / 14  # our small type, of the type whose widths are known
SEGMENTS = (0.08, 0.2, 0.32, 0.44)  # how dark values are, one after the other
LEAST_ROOM = 3.0
LETTERS = 'fill="currentColor" stroke="none"'
USUAL = 'fill="currentColor" fill-opacity=".09"'


@dataclass(frozen=True)
class Scale:
    """From numbers to pixels between two ends."""

    low: float
    high: float
    left: float
    right: float

    @classmethod
    def over(cls, numbers: Iterable[float], left: float, right: float) -> Scale:
        """The scale on which all numbers lie; one that is alone lies in the middle."""
        seen = list(numbers)
        low, high = min(seen), max(seen)
        if not high > low:
            low, high = low - 1, high + 1
        return cls(low, high, left, right)

    def at(self, number: float) -> float:
        """Where a number is."""
        return self.left + (number - self.low) / (self.high - self.low) * (self.right - self.left)


def alone(svg: str) -> str:
    """A picture as a file of its own, light or dark as its reader has it.

    >>> alone("<svg>...</svg>").startswith("<svg><style>svg{color:#1f2933}@media")
    True
    """
    look = "svg{color:#1f2933}@media (prefers-color-scheme: dark){svg{color:#e4e7eb}}"
    frame, marks = svg.split(">", 1)
    return f"{frame}><style>{look}</style>{marks}\n"


def text(
    x: float, y: float, words: str, *, anchor: str = "start", style: str = "", full: str = ""
) -> str:
    """A line of small text; with ``full``, the whole of what was cut, as its title."""
    title = f"<title>{escape(printable(full))}</title>" if full else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {LETTERS} {style}>'
        f"{title}{escape(printable(words))}</text>"
    )


def fitted(words: str, room: float) -> str:
    """As much of a text as there is room for; what is too long loses its middle.

    >>> fitted("short", 100), fitted("a name that goes on and on", 100)
    ('short', 'a name…and on')
    """
    if width(words) * SMALL <= room:
        return words
    kept = len(words)
    while kept > LEAST_ROOM and width(_cut(words, kept)) * SMALL > room:
        kept -= 1
    return _cut(words, kept)


def wrapped(pieces: Sequence[str], joint: str, room: float, most: int = 3) -> list[str]:
    """Pieces on lines as wide as the room; what does not fit on so many lines is left out.

    >>> wrapped(["school", "skill", "wage"], " → ", 80)
    ['school →', 'skill → wage']
    """
    lines: list[str] = []
    for i, piece in enumerate(pieces):
        last = i == len(pieces) - 1
        whole = fitted(piece, room - 14) + ("" if last else joint.rstrip())
        if lines and width(f"{lines[-1]} {whole}") * SMALL <= room:
            lines[-1] += f" {whole}"
        else:
            lines.append(whole)
    return lines if len(lines) <= most else [*lines[: most - 2], "…", lines[-1]]


def here_and_there(change: Change, y: float, ends: tuple[float, float]) -> str:
    """A hollow point and a full one, and a band for the spread of each.

    Behind them stands where the variable usually is.
    """
    was, would_be, usual = change.was, change.would_be, change.usual
    laws = [was, would_be, *([] if usual is None else [usual])]
    scale = Scale.over([end for law in laws for end in _ends(law)], *ends)
    line = f'<path d="M{ends[0]:.1f},{y:.1f}H{ends[1]:.1f}" stroke-opacity=".2"/>'
    if isinstance(usual, Spread):
        line += _band(usual, y - 12, scale, USUAL, high=24)
    here, there = scale.at(_middle(was)), scale.at(_middle(would_be))
    bands = _band(was, y - 8, scale, 'fill="currentColor" fill-opacity=".55"')
    bands += _band(would_be, y + 4, scale, f'fill="{MORE}" fill-opacity=".7"')
    towards = 1 if there > here else -1
    arrow = ""
    if abs(there - here) > 14:
        arrow = (
            f'<path d="M{here + 5 * towards:.1f},{y:.1f}H{there - 6 * towards:.1f}" '
            f'stroke="{MORE}" stroke-width="1.6"/>'
        )
    return (
        f"{line}{bands}{arrow}"
        f'<circle cx="{there:.1f}" cy="{y:.1f}" r="4.5" fill="{MORE}" stroke="{MORE}"/>'
        f'<circle cx="{here:.1f}" cy="{y:.1f}" r="4.5" fill="none" stroke-width="1.6"/>'
    )


def _middle(known: Known) -> float:
    """The mean of a law of numbers."""
    if isinstance(known, Spread):
        return known.mean
    return sum(float(str(value)) * float(p) for value, p in known.items())


def _ends(known: Known) -> list[float]:
    return [known.low, known.high] if isinstance(known, Spread) else [_middle(known)]


def _band(known: Known, y: float, scale: Scale, look: str, *, high: float = 4.0) -> str:
    if not isinstance(known, Spread):
        return ""
    left, right = scale.at(known.low), scale.at(known.high)
    return (
        f'<rect x="{left:.1f}" y="{y:.1f}" width="{right - left:.1f}" height="{high}" rx="2" '
        f'{look} stroke="none"/>'
    )


def bar(known: Chances, values: Sequence[Value], y: float, ends: tuple[float, float]) -> str:
    """The chances of the values, side by side in one bar; each is as wide as it is likely."""
    left, (_, right) = ends[0], ends
    whole, found = right - left, []
    for place, value in enumerate(values):
        wide = float(known.get(value, 0)) * whole
        if wide <= 0:
            continue
        dark = SEGMENTS[place % len(SEGMENTS)]
        found.append(
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{wide:.1f}" height="15" '
            f'fill="currentColor" fill-opacity="{dark}" stroke-opacity=".35" stroke-width=".8"/>'
        )
        share = "" if certain(known) is not None else f" {100 * float(known[value]):.3g}%"
        label = next((t for t in (f"{value}{share}", f"{value}") if _room(t) <= wide - 4), None)
        if label is not None:
            found.append(text(left + wide / 2, y + 11.5, label, anchor="middle"))
        left += wide
    return "".join(found)


def step(start: float, end: float, y: float) -> str:
    """One step of the way from how it was to how it would be."""
    colour = MORE if end >= start else LESS
    left, right = min(start, end), max(start, end)
    return (
        f'<rect x="{left:.1f}" y="{y - 7:.1f}" width="{max(right - left, 1.2):.1f}" height="14" '
        f'rx="1.5" fill="{colour}" stroke="none"/>'
    )


def _cut(words: str, kept: int) -> str:
    tail = int(kept) // 2 - 1
    return f"{words[: int(kept) - tail - 1].rstrip()}…{words[len(words) - tail :].lstrip()}"


def _room(label: str) -> float:
    return width(label) * SMALL
