"""A thousand names that somebody should not give a variable, four at a time, and graphs of them."""

from __future__ import annotations

import random

from strategies.names import HOSTILE

from causal import ADMG
from causal.variables import quoted

ATTACKS = [
    "__import__('os').system('touch canary')",
    "__import__('pathlib').Path('canary').touch()",
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary #",
    "lambda: open('canary', 'w')",
    r"\immediate\write18{touch canary}",
    r"\input{canary}",
    r"}\input{canary}{",
    r"\def\x{\x}\x",
    "{{7*7}}{% include 'canary' %}",
    "<img src=x onerror=alert(1)>",
    "\u202eP(Y)\u202c",
    "P(Y | X) / 0",
    "Y) P(X",
    "Σ_{X}",
    "do(X)",
    "X' ",
]
PIECES = [name for name in HOSTILE if name] + ATTACKS


def thousand() -> list[tuple[str, ...]]:
    """Four names at a time, no two alike."""
    rng = random.Random(7)
    names = dict.fromkeys(PIECES)
    while len(names) < 1000:
        names["".join(rng.choices(PIECES, k=rng.choice([2, 3])))] = None
    listed = list(names)
    return [tuple(listed[i : i + 4]) for i in range(0, 1000, 4)]


FOURS = thousand()
NAPKIN = "W -> Z -> X -> Y; W <-> X; W <-> Y"
BOW = "W -> X -> Y -> Z; X <-> Y"


def renamed(text: str, four: tuple[str, ...]) -> tuple[ADMG, str]:
    """The graph with hostile names, and the effect of its X on its Y."""
    plain = ADMG.parse(text)
    name = dict(zip("WXYZ", four, strict=True))
    graph = ADMG.of(
        nodes=four,
        directed=[(name[a], name[b]) for a, b in plain.directed],
        bidirected=[(name[a], name[b]) for a, b in plain.bidirected],
    )
    return graph, f"P({quoted(name['Y'])} | do({quoted(name['X'])}))"
