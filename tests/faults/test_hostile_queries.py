"""Questions and formulas from anywhere: only our errors, each with its place, and soon."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from strategies.mutations import PIECES, mutated, mutated_query
from strategies.refusals import soon

from causal import ADMG, identify
from causal.errors import CausalError
from causal.expression import parse
from causal.query import Quantity, Query, posed

GRAPH = ADMG.parse("W -> Z -> X -> M -> Y; X -> Y; W <-> X; M <-> Y; V; T; A -> B -> C -> D")
FORMULAS = [
    "Σ_{Z} P(Y | X, Z) P(Z)",
    "(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W'} P(W') P(X | W', Z))",
    'P("blood pressure" | do(dose, "a \\"b\\"\\\\"), Z\'\') / 1',
]
READERS: list[Callable[[str], object]] = [
    Query.parse, Quantity.parse, parse, lambda text: posed(GRAPH, text)
]  # fmt: skip


def mutated_text(rng: random.Random) -> str:
    return mutated(rng, rng.choice(FORMULAS)) if rng.random() < 0.2 else mutated_query(rng)


def meet_only_our_errors(seed: int, count: int) -> None:
    rng = random.Random(seed)
    understood = 0
    for _ in range(count):
        text = mutated_text(rng)
        for read in READERS:
            assert soon(read, text), text
        try:
            understood += bool(identify(GRAPH, text))
        except CausalError:
            continue
    assert understood > count / 100  # so identification has met some of them


def test_mutated_questions_meet_only_our_errors_and_soon() -> None:
    meet_only_our_errors(seed=5, count=1000)


@pytest.mark.torture
def test_ten_thousand_mutated_questions_meet_only_our_errors_and_soon() -> None:
    meet_only_our_errors(seed=6, count=10_000)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("opening", ["", "P(", "P(Y | do(", "P(Y[", "Σ_{", "P(Y[X->"])
def test_reading_takes_linear_time_on_the_worst(
    read: Callable[[str], object], opening: str
) -> None:
    for piece in [*PIECES, "Y[X=", "P(Y) ", "Y, ", "Z=1, ", "X'", '\\"', "1 + ", "- P(Y=1) "]:
        text = opening + piece * (8_000 // len(piece))
        for closing in ("", "Y=1)"):
            assert soon(read, text + closing, limit=0.5), piece  # a quadratic reader needs seconds
