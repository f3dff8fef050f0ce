"""Actual causes against the definition, word for word: every set held, every other setting.

Halpern (2015), "A modification of the Halpern-Pearl definition of causality", definition 2.1: AC1,
both happened; AC2, no effect for some W, held as it was, and some other setting of the cause; AC3,
no part of the cause has this.  The models are random functions; nothing of the engine is used.
"""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import pytest

from causal import SCM, actual_cause, actual_causes
from causal.errors import ModelError
from causal.model import Linear, Noise, Response

Functions = dict[str, tuple[tuple[str, ...], dict[tuple[int, ...], int], int]]


def drawn(rng: Random, size: int) -> tuple[Functions, dict[str, int]]:
    """Each variable a random function of some before it and of a noise of its own; and a case."""
    names = "ABCDEF"[:size]
    functions: Functions = {}
    for i, v in enumerate(names):
        values = 3 if rng.random() < 0.2 else 2
        read = (*(c for c in names[:i] if rng.random() < 0.6), f"U{v}")
        domains = [range(functions[c][2]) if c in functions else range(2) for c in read]
        table = {at: rng.randrange(values) for at in product(*domains)}
        functions[v] = (read, table, values)
    return functions, {f"U{v}": rng.randint(0, 1) for v in names}


def as_model(functions: Functions) -> SCM:
    mechanisms = {
        v: Response(
            read,
            {at if len(at) > 1 else at[0]: x for at, x in table.items()},
            values=tuple(range(values)),
        )
        for v, (read, table, values) in functions.items()
    }
    return SCM.of(mechanisms, [Noise(f"U{v}", "1/2, 1/2") for v in functions])


def world(functions: Functions, case: dict[str, int], settings: dict[str, int]) -> dict[str, int]:
    found = dict(case)
    for v, (read, table, _) in functions.items():
        found[v] = settings[v] if v in settings else table[tuple(found[c] for c in read)]
    return found


def turns(functions: Functions, case, cause: tuple[str, ...], effect: tuple[str, int]) -> bool:
    """AC2, over all sets that could be held."""
    actual = world(functions, case, {})
    rest = [v for v in functions if v not in cause]
    for size in range(len(rest) + 1):
        for held in combinations(rest, size):
            kept = {v: actual[v] for v in held}
            for values in product(*(range(functions[v][2]) for v in cause)):
                there = world(functions, case, kept | dict(zip(cause, values, strict=True)))
                if there[effect[0]] != effect[1]:
                    return True
    return False


def minimal(functions: Functions, case, cause: tuple[str, ...], effect: tuple[str, int]) -> bool:
    parts = (p for size in range(1, len(cause)) for p in combinations(cause, size))
    return turns(functions, case, cause, effect) and not any(
        turns(functions, case, part, effect) for part in parts
    )


def agreed(seeds: range, size: int) -> tuple[int, int]:
    """How many causes there are, and how many of several variables."""
    causes = several = 0
    for seed in seeds:
        functions, case = drawn(Random(seed), size)
        model, actual = as_model(functions), world(functions, case, {})
        last = list(functions)[-1]
        effect = (last, actual[last])
        truth = {
            names
            for count in range(1, size)
            for names in combinations(list(functions)[:-1], count)
            if minimal(functions, case, names, effect)
        }
        found = actual_causes(model, case, dict([effect]), most=size - 1)
        assert {tuple(v for v, _ in one.cause) for one in found} == truth, f"seed {seed}"
        for names in combinations(list(functions)[:-1], 2):
            verdict = actual_cause(model, case, {v: actual[v] for v in names}, dict([effect]))
            assert bool(verdict) == (names in truth)
        causes += len(truth)
        several += sum(len(names) > 1 for names in truth)
    return causes, several


def test_actual_causes_are_those_of_the_definition():
    causes, several = agreed(range(60), 4)
    assert causes > 40
    assert several > 3


def test_real_numbers_are_refused_by_name():
    model = SCM.of({"X": Linear(), "Y": Linear({"X": 1.0})})
    with pytest.raises(ModelError, match="Y is a real number; actual causes are told in finite"):
        actual_cause(model, {"X": 1, "Y": 1}, {"X": 1}, {"Y": 1})


@pytest.mark.torture
def test_the_same_of_thousands_of_models():
    assert agreed(range(1_000, 3_000), 5)[1] > 100
