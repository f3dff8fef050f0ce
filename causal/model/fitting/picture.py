"""How well mechanisms fit, as a picture: where values held out lay among those predicted.

Probability integral transforms (Dawid 1984; for choices Czado, Gneiting & Held 2009).  If what is
predicted is right, a tenth of the values lie in the lowest tenth of what was predicted for them,
and so on: the curve runs along the diagonal.  The band is Massart's (1990): a right mechanism stays
inside it 95 times in a hundred.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from causal.model.engines.explaining.marks import LESS, MORE, USUAL, fitted, text
from causal.model.fitting.held_out import HeldOut
from causal.model.noise import Floats
from causal.variables import Variable

__all__ = ["pictured", "share_below"]

ACROSS = 3  # panels beside each other
SIDE, WIDE, HIGH = 168.0, 212.0, 262.0
MARGIN, TOP = 16.0, 60.0
DOUBTED = 0.01  # p values below this are shown by their size
AT = np.linspace(0.0, 1.0, 101)
FAINT = 'fill-opacity=".7"'


def pictured(held: Mapping[Variable, HeldOut], report: pd.DataFrame) -> str:
    """One panel a mechanism, as SVG; it takes the colour of the text around it.

    >>> pictured({}, pd.DataFrame()).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    """
    said = {row["variable"]: row for row in report.to_dict("records")}
    panels = [
        _panel(v, found, said[v], MARGIN + WIDE * (i % ACROSS), MARGIN + HIGH * (i // ACROSS))
        for i, (v, found) in enumerate(held.items())
    ]
    across = min(max(len(held), 1), ACROSS)
    width = 2 * MARGIN + WIDE * across
    height = 2 * MARGIN + HIGH * -(-len(held) // ACROSS)
    spoken = "For each mechanism, the share of held-out values below each predicted quantile"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{spoken}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        'style="max-width:100%;height:auto" stroke="currentColor" stroke-width="1" fill="none" '
        'font-family="system-ui,sans-serif" font-size="12">'
        "<style>text{fill:currentColor;stroke:none}</style>" + "".join(panels) + "</svg>"
    )


def share_below(held: HeldOut) -> Floats:
    """The share of values at or below each predicted quantile, from 0 to 1 in hundredths.

    A choice counts as spread evenly over the probabilities that it took.
    """
    width = held.upto - held.below
    inside = np.divide(
        AT[:, None] - held.below, width, out=np.zeros((len(AT), len(width))), where=width > 0
    )
    counted = np.where(width > 0, np.clip(inside, 0.0, 1.0), AT[:, None] >= held.below)
    share: Floats = counted.mean(axis=1)
    return share


def _panel(v: Variable, held: HeldOut, said: Mapping[Hashable, object], x: float, y: float) -> str:
    share, rows = share_below(held), len(held.upto)
    band = float(np.sqrt(np.log(2 / 0.05) / (2 * rows)))
    left, bottom = x + 8, y + TOP + SIDE
    off = bool((np.abs(share - AT) > band).any())
    above = _line(np.minimum(AT + band, 1.0), left, bottom)
    under = _line(np.maximum(AT - band, 0.0), left, bottom)
    back = " ".join(reversed(under.split()))
    colour = LESS if off else MORE
    noise, against = str(said["noise"]), _against(said)
    marks = [
        _fitted(left, y + 14, v, 'font-weight="600"'),
        _fitted(left, y + 31, noise, FAINT),
        text(left, y + 48, against, style=FAINT),
        f'<polygon points="{above} {back}" {USUAL} stroke="none"/>',
        f'<g stroke-opacity=".35"><path d="M{left:.1f},{bottom:.1f}l{SIDE:.0f},-{SIDE:.0f}" ',
        'stroke-dasharray="3 3"/>',
        f'<path d="M{left:.1f},{bottom:.1f}v-{SIDE:.0f}h{SIDE:.0f}v{SIDE:.0f}z"/></g>',
        f'<polyline points="{_line(share, left, bottom)}" stroke="{colour}" stroke-width="2"/>',
        text(left, bottom + 14, "0", style=FAINT),
        text(left + SIDE / 2, bottom + 14, "predicted", anchor="middle", style=FAINT),
        text(left + SIDE, bottom + 14, "1", anchor="end", style=FAINT),
    ]
    return "".join(marks)


def _fitted(x: float, y: float, words: str, style: str) -> str:
    short = fitted(words, SIDE)
    return text(x, y, short, style=style, full="" if short == words else words)


def _against(said: Mapping[Hashable, object]) -> str:
    """The p values of what speaks against a mechanism."""
    found = []
    for name, column in (("misfit", "misfit_p"), ("spread", "spread_p")):
        p = said[column]
        if isinstance(p, float) and not np.isnan(p):
            found.append(f"{name} p " + (f"{p:.2f}" if p >= DOUBTED else f"{p:.0e}"))
    return ", ".join(found)


def _line(share: Floats, left: float, bottom: float) -> str:
    return " ".join(
        f"{left + at * SIDE:.1f},{bottom - up * SIDE:.1f}"
        for at, up in zip(AT.tolist(), share.tolist(), strict=True)
    )
