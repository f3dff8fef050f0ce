"""How long does it take to evaluate a formula, exactly and by arrays?

"exact" is `formula.evaluate`, which keeps Fractions and the cells that occur; "arrays" is
`causal.estimation.evaluate`, in floating point. Both read the same 10,000 rows of data; "off by" is
the largest difference. Every variable is uniform, on 2 to 8 values.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from causal.estimation import evaluate
from causal.expression import Expression, parse

ROWS = 10_000


def chain(length: int) -> str:
    """A Markov chain from V0 to its last variable."""
    middle = ", ".join(f"V{i}" for i in range(1, length))
    steps = " ".join(f"P(V{i + 1} | V{i})" for i in range(length))
    return f"Σ_{{{middle}}} {steps}"


def adjusted(width: int) -> str:
    """The effect of X on Y, adjusted for a few variables."""
    given = ", ".join(f"Z{i}" for i in range(width))
    return f"Σ_{{{given}}} P(Y | X, {given}) P({given})"


FORMULAS = {
    "back door, 1 variable": (adjusted(1), 3),
    "back door, 6 variables": (adjusted(6), 2),
    "front door": ("Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)", 8),
    "napkin": ("(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))", 8),
    "chain of 10": (chain(10), 6),
    "chain of 40": (chain(40), 3),
}


def table(quick: bool) -> pd.DataFrame:
    """Median milliseconds of each formula both ways, and their ratio."""
    rng = np.random.default_rng(1)
    rows = []
    for name, (text, values) in FORMULAS.items():
        formula = parse(text)
        data = pd.DataFrame({v: rng.integers(0, values, ROWS) for v in sorted(formula.variables)})
        rows.append(_row(name, formula, data, repeats=3 if quick else 9))
    return pd.DataFrame(rows)


def _row(name: str, formula: Expression, data: pd.DataFrame, repeats: int) -> dict[str, object]:
    exact, arrays = [], []
    for _ in range(repeats):
        exact.append(_seconds(lambda: formula.evaluate(data)))
        arrays.append(_seconds(lambda: evaluate(formula, data)))
    slow, fast = formula.evaluate(data).astype(float), evaluate(formula, data).values
    return {
        "formula": name,
        "exact, ms": f"{1000 * median(exact):.2f}",
        "arrays, ms": f"{1000 * median(arrays):.2f}",
        "exact / arrays": f"{median(exact) / median(arrays):.1f}x",
        "off by": f"{(slow - fast).abs().max():.0e}",
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
