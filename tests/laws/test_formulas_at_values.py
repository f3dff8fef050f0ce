"""A formula at the values of its query is the slice of the estimand there, and reads without a
clash: what is fixed has its value everywhere, and nothing summed over has a name that is fixed.
"""

from __future__ import annotations

from random import Random

import pytest
from strategies.exact import numbers
from strategies.formulas import bound
from strategies.graphs import hard_admg, random_admg

from causal import Identified, Query, identify
from causal.expression import parse, valued
from causal.model import random_scm
from causal.query import Assignment, Term


def asked(rng: Random, names: tuple[str, ...]) -> Query:
    """Some outcomes, actions and conditions, most of them at a value."""
    chosen = rng.sample(names, rng.randint(2, len(names)))
    cut = sorted(rng.sample(range(1, len(chosen) + 1), 2)) if len(chosen) > 2 else [1, 2]
    values = [rng.choice([None, 0, 1, 1]) for _ in chosen]
    pairs = list(zip(chosen, values, strict=True))
    return Query(
        tuple(Term(*pair) for pair in pairs[: cut[0]]),
        tuple(Assignment(*pair) for pair in pairs[cut[0] : cut[1]]),
        tuple(Term(*pair) for pair in pairs[cut[1] :]),
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_formula_at_values_is_the_estimand_there(seed: int) -> None:
    rng = Random(seed)
    graph = (hard_admg if seed % 2 else random_admg)(rng, 4)
    query = asked(rng, graph.nodes)
    answer = identify(graph, query)
    if not isinstance(answer, Identified):
        return
    fixed = {name for name, value in query.values.items()}
    assert not {s for s in bound(answer.formula) if not s.mark and s.variable in fixed}
    assert not {s for s in answer.formula.free if s.variable in fixed}
    assert parse(str(answer.formula)) == answer.formula
    assert str(answer) == f"{query} = {answer.formula}"
    law = random_scm(graph, rng=seed).law()
    names, whole = numbers(answer.estimand, law)
    here, part = numbers(answer.formula, law)
    kept = [i for i, name in enumerate(names) if name not in fixed]
    assert here == [names[i] for i in kept]
    for cell, value in whole.items():
        if all(query.values.get(n, v) == v for n, v in zip(names, cell, strict=True)):
            assert part[tuple(cell[i] for i in kept)] == value


@pytest.mark.parametrize(
    ("formula", "there"),
    [
        ("Σ_{Z} P(Y | X, Z) P(Z)", "Σ_{Z'} P(Y=1 | X=0, Z') P(Z')"),
        ("P(Z) Σ_{Z'} P(Y | Z, Z') P(Z')", "P(Z=0) Σ_{Z'} P(Y=1 | Z=0, Z') P(Z')"),
        ("Σ_{X} P(X) Σ_{X'} P(Y | X') P(X' | X)", "Σ_{X'} P(X') Σ_{X''} P(Y=1 | X'') P(X'' | X')"),
    ],
)
def test_what_is_summed_steps_aside_for_what_is_fixed(formula: str, there: str) -> None:
    assert valued(parse(formula), {"X": 0, "Y": 1, "Z": 0}) == parse(there)


@pytest.mark.parametrize("width", [None, 60, 80])
def test_every_line_of_a_derivation_shows_the_values(width: int | None) -> None:
    graph = hard_admg(Random(3), 4)
    for seed in range(40):
        query = asked(Random(seed), graph.nodes)
        answer = identify(graph, query)
        if isinstance(answer, Identified) and query.values:
            told = answer.derivation.told(values=answer.values, width=width)
            first = " ".join(told.split("\n  = ")[0].split())
            assert Query.parse(first).values == query.values
