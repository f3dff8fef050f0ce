"""Explanations as a picture: each variable as it was and as it would be, and what paths contribute.

It takes the colour of the text around it (``currentColor``) and asks for nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from causal.graph.drawing.labels import width
from causal.model.engines.answers import Number
from causal.model.engines.explaining.laws import Change, Known, Spread, certain
from causal.model.engines.explaining.marks import (
    MORE,
    USUAL,
    Scale,
    alone,
    bar,
    fitted,
    here_and_there,
    step,
    text,
    wrapped,
)
from causal.model.engines.explaining.words import shown, signed

if TYPE_CHECKING:
    from causal.model.engines.explaining.explanation import Explanation

__all__ = ["drawn", "filed"]

WIDTH, MARGIN, GAP = 680.0, 16.0, 14.0
LABELS = (90.0, 210.0)  # how wide the column of names is, at least and at most
NUMBERS = 150.0
ROWS = 20  # variables that are shown
FAINT = 'fill-opacity=".7"'
STRONG = 'font-weight="600"'


@dataclass
class Sheet:
    """What has been drawn so far, from top to bottom."""

    labels: float
    marks: list[str] = field(default_factory=list)
    y: float = MARGIN

    @property
    def strip(self) -> tuple[float, float]:
        """From where to where marks stand, between names and numbers."""
        return MARGIN + self.labels + GAP, WIDTH - MARGIN - NUMBERS - GAP

    def line(self, words: str, *, style: str = "", down: float = 18.0) -> None:
        """A line of text across the sheet."""
        self.y += down
        shown = fitted(words, (WIDTH - 2 * MARGIN) / (1.3 if style.startswith(STRONG) else 1.0))
        full = "" if shown == words else words
        self.marks.append(text(MARGIN, self.y, shown, style=style, full=full))

    def paragraph(self, lead: str, pieces: Sequence[str], *, style: str) -> None:
        """Pieces with commas between them, on a few lines."""
        room = WIDTH - 2 * MARGIN - 8
        listed = [f"{lead}{pieces[0]}", *pieces[1:]]
        for words in wrapped(listed, ", ", room):
            self.line(words, style=style, down=17.0)

    def row(self, label: Sequence[str], full: str, numbers: Sequence[str], height: float) -> float:
        """Room for a row with its name and its numbers; returns the height of its middle."""
        height = max(height, 15.0 * max(len(label), len(numbers)) + 9)
        at = self.y + height / 2
        self.y += height
        for x, lines, anchor in (
            (MARGIN + self.labels, label, "end"),
            (WIDTH - MARGIN - NUMBERS, numbers, "start"),
        ):
            top = at + 4 - 7.5 * (len(lines) - 1)
            whole = full if anchor == "end" and any("…" in words for words in lines) else ""
            self.marks += [
                text(x, top + 15 * i, words, anchor=anchor, full=whole)
                for i, words in enumerate(lines)
            ]
        return at


def drawn(explanations: Sequence[Explanation]) -> str:
    """Explanations one below the other, as SVG, to be put into a page or a file.

    >>> from causal.model import explain, load_model
    >>> model = load_model({"exogenous": {"u": [0.4, 0.6]}, "equations": {"X": "u", "Y": "not X"}})
    >>> drawn(explain(model, "P(Y[X=0]=1 | X=1)")).startswith('<svg xmlns="http://www.w3.org')
    True
    """
    names = [change.variable for why in explanations for change in why.changes]
    names += [" → ".join(each.along.names) for why in explanations for each in why.contributions]
    widest = max((width(name) * 12 / 14 for name in names), default=0.0)
    sheet = Sheet(min(max(widest + 4, LABELS[0]), LABELS[1]))
    for why in explanations:
        _worlds(sheet, why)
        _contributions(sheet, why)
        sheet.y += 22
    height = sheet.y
    spoken = "What was and what would have been, variable by variable and path by path"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{spoken}" '
        f'viewBox="0 0 {WIDTH:.0f} {height:.0f}" width="{WIDTH:.0f}" height="{height:.0f}" '
        'style="max-width:100%;height:auto" stroke="currentColor" stroke-width="1" fill="none" '
        'font-family="system-ui,sans-serif" font-size="12">' + "".join(sheet.marks) + "</svg>"
    )


def filed(explanations: Sequence[Explanation]) -> str:
    """The same picture for a file of its own, light or dark as its reader has it.

    >>> "prefers-color-scheme: dark" in filed([])
    True
    """
    return alone(drawn(explanations))


def _worlds(sheet: Sheet, why: Explanation) -> None:
    """The variables, each as it was (hollow, or the upper bar) and as it would be."""
    world = ", ".join(map(str, why.world))
    sheet.line(f"Had it been that {world}", style=f'{STRONG} font-size="15"', down=14.0)
    if why.seen:
        sheet.paragraph("seen: ", list(map(str, why.seen)), style=FAINT)
    sheet.y += 10
    for change in why.changes[-ROWS:]:
        _change(sheet, change)
    if len(why.changes) > ROWS:
        more = f"and {len(why.changes) - ROWS} variables before these"
        sheet.line(more, style=FAINT)
    _legend(sheet, why)


def _legend(sheet: Sheet, why: Explanation) -> None:
    """What the marks mean that are there."""
    points = any(change.by is not None for change in why.changes)
    bars = any(change.by is None for change in why.changes)
    words = {(True, False): "", (False, True): "upper bar: ", (True, True): "or upper bar: "}
    here = words[points, bars]
    there = here.replace("upper", "lower")
    x, sheet.y = MARGIN + sheet.labels / 2, sheet.y + 18
    for filled, label in ((False, f"{here}as it was"), (True, f"{there}as it would be")):
        if points:
            look = f' fill="{MORE}" stroke="{MORE}"' if filled else ""
            sheet.marks.append(f'<circle cx="{x + 4:.1f}" cy="{sheet.y - 4:.1f}" r="4"{look}/>')
            x += 14
        sheet.marks.append(text(x, sheet.y, label, style=FAINT))
        x += width(label) * 12 / 14 + 18
    if any(isinstance(change.usual, Spread) for change in why.changes):
        sheet.marks.append(
            f'<rect x="{x:.1f}" y="{sheet.y - 10:.1f}" width="22" height="12" rx="2" '
            f'{USUAL} stroke="none"/>' + text(x + 28, sheet.y, "95% of all", style=FAINT)
        )


def _change(sheet: Sheet, change: Change) -> None:
    name = change.variable
    label = wrapped(name.split(" "), " ", sheet.labels, most=2)
    numbers = wrapped([_short(change.was), _short(change.would_be)], " → ", NUMBERS)
    sure = certain(change.was) is not None and certain(change.would_be) is not None
    if change.by is not None and change.differs:
        by = certain(change.by)
        numbers.append(
            signed(_rounded(by)) if isinstance(by, int | float) else f"by {_short(change.by)}"
        )
    elif not change.differs:
        numbers = [_short(change.was), "the same"] if sure else ["the same"]
    elif not sure:
        numbers = [f"differs: {100 * float(change.differs):.3g}%"]
    at = sheet.row(label, name, numbers, 42.0)
    if change.by is not None:
        sheet.marks.append(here_and_there(change, at, _inset(sheet.strip)))
        return
    assert not isinstance(change.was, Spread)
    assert not isinstance(change.would_be, Spread)
    values = sorted({*change.was, *change.would_be}, key=lambda v: (str(type(v)), v))
    sheet.marks.append(bar(change.was, values, at - 16, sheet.strip))
    sheet.marks.append(bar(change.would_be, values, at + 1, sheet.strip))


def _contributions(sheet: Sheet, why: Explanation) -> None:
    """The way from how it was to how it would be, a step a path."""
    if why.before is None or why.after is None or not why.contributions:
        sheet.line("No path leads from what is set to what is asked.", style=FAINT, down=26.0)
        return
    sheet.line(f"{replace(why.asked, given=())}, path by path", style=STRONG, down=34.0)
    sheet.y += 8
    levels = [float(why.before)]
    for each in why.contributions:
        levels.append(levels[-1] + float(each.share))
    scale = Scale.over([*levels, float(why.after)], *_inset(sheet.strip))
    places = [sheet.row(["as it was"], "", [_number(levels[0])], 26.0)]
    for each, (start, end) in zip(why.contributions, pairwise(levels), strict=True):
        label = wrapped(each.along.names, " → ", sheet.labels, most=5)
        numbers = [signed(_rounded(each.share))]
        if _interact(why):
            numbers.append(f"alone {signed(_rounded(each.alone))}")
        places.append(sheet.row(label, str(each.along), numbers, 30.0))
        sheet.marks.append(step(scale.at(start), scale.at(end), places[-1]))
    places.append(sheet.row(["as it would be"], "", [_number(float(why.after))], 26.0))
    levels.append(levels[-1])
    for level, (top, bottom) in zip(levels, pairwise(places), strict=False):
        x = scale.at(level)
        way = f"M{x:.1f},{top:.1f}V{bottom:.1f}"
        sheet.marks.append(f'<path d="{way}" stroke-opacity=".5" stroke-dasharray="2 2"/>')
    for level, at, full in ((levels[0], places[0], False), (levels[-1], places[-1], True)):
        look = f' fill="{MORE}" stroke="{MORE}"' if full else ""
        sheet.marks.append(f'<circle cx="{scale.at(level):.1f}" cy="{at:.1f}" r="4.5"{look}/>')
    if _interact(why):
        together = f"What they do only together, {signed(_rounded(why.together))}, is split evenly."
        sheet.line(together, style=FAINT, down=20.0)


def _interact(why: Explanation) -> bool:
    assert why.before is not None
    assert why.after is not None
    size = max(abs(float(why.after - why.before)), abs(float(why.after)), 1e-12)
    return abs(float(why.together)) > 1e-9 * size


def _inset(strip: tuple[float, float]) -> tuple[float, float]:
    return strip[0] + 8, strip[1] - 8


def _short(known: Known) -> str:
    if isinstance(known, Spread):
        return shown(known)
    value = certain(known)
    return _number(value) if isinstance(value, float) else fitted(str(value), 50.0)


def _number(number: float) -> str:
    return f"{_rounded(number):.5g}"


def _rounded(number: Number) -> float:
    return float(f"{float(number):.4g}")
