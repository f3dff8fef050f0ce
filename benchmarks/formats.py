"""How long does it take to read 100,000 edges?

2,000 variables, half of the edges `<->`; processor time, the best of the turns. Beside it, what
reads the same text: networkx (GML), and Python's own json module, which reads less (it checks
nothing of what the text means).
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable

import networkx
import pandas as pd

from causal import ADMG
from causal.graph.formats import FORMATS

RIVALS: dict[str, tuple[str, Callable[[str], object]]] = {
    "gml": ("networkx.parse_gml", networkx.parse_gml),
    "json": ("json.loads", json.loads),
}


def graph(edges: int, nodes: int = 2000) -> ADMG:
    """Edges between random pairs, every second one a hidden common cause."""
    rng = random.Random(1)
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < edges:
        one, other = sorted(rng.sample(range(nodes), 2))
        pairs.add((one, other))
    named = [(f"V{one}", f"V{other}") for one, other in sorted(pairs)]
    return ADMG.of(directed=named[::2], bidirected=named[1::2])


def table(quick: bool) -> pd.DataFrame:
    """Seconds to write and read each format, and what a rival takes for the same text."""
    drawn = graph(20_000 if quick else 100_000)
    drawn.to("arrows")  # so that no format pays for sorting the edges
    rows = []
    for form in FORMATS:
        text = drawn.to(form)
        ours, writing = [], []
        theirs: list[float] = []
        rival, read = RIVALS.get(form, ("", None))
        for _ in range(2 if quick else 5):
            writing.append(_seconds(lambda form=form: drawn.to(form)))
            ours.append(_seconds(lambda form=form, text=text: ADMG.parse(text, form)))
            if read is not None:
                theirs.append(_seconds(lambda read=read, text=text: read(text)))
        row = {
            "format": form,
            "MB": f"{len(text) / 1e6:.1f}",
            "write, s": f"{min(writing):.2f}",
            "read, s": f"{min(ours):.2f}",
            "beside it": rival,
            "s": f"{min(theirs):.2f}" if theirs else "",
            "ratio": f"{min(theirs) / min(ours):.1f}x" if theirs else "",
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
