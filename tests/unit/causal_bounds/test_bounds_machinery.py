"""The parts of the program, each where only it can be wrong."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from causal import ADMG, bounds, counterfactual
from causal.errors import ModelError
from causal.model import SCM, Table, Unknown, random_scm
from causal.model.engines.bounding import bound
from causal.model.engines.bounding.exact_law import exact_law
from causal.model.engines.bounding.extremes import extremes
from causal.model.engines.bounding.patterns import SURELY, Chance, Row, Slot, Term
from causal.model.engines.bounding.program import Fractional, Program
from causal.model.engines.bounding.tableau import tableaux

A = ((Slot("A", ()), 1),)
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)


def known(share: Fraction) -> Chance:
    return Chance(share, share, share)


def coin(asked: Fractional) -> Program:
    """One binary variable, which is 1 half of the time."""
    rows = tuple(
        Row((Term(SURELY, (((Slot("A", ()), a),),)),), known(HALF), f"P(A={a})", "P(A)")
        for a in (0, 1)
    )
    return Program({"A": (0, 1)}, rows, (asked,))


def test_a_ratio_uses_the_limit_of_every_weight_that_is_safe():
    """1/8 over between 1/8 and 3/8, plus 1/4: from a fifth to a third."""
    above = (Term(known(QUARTER), (A,)),)
    below = (Term(Chance(QUARTER, HALF, Fraction(3, 4)), (A,)), Term(known(QUARTER), ()))
    found = extremes(coin(Fractional(above, below)))
    assert (found.lower.value, found.upper.value) == (Fraction(1, 5), Fraction(1, 3))


def test_a_law_that_misses_a_line_is_no_vertex():
    main, _, _ = tableaux(coin(Fractional((Term(SURELY, (A,)),))))
    assert sum(exact_law(main, np.array([0.5, 0.5])).values()) == 1
    with pytest.raises(ModelError, match="comes out as"):
        exact_law(main, np.array([1.0, 0.0]))


def test_a_member_that_is_left_out_is_summed_out_with_its_parents():
    """M shares a cause with Y and has a parent of its own, and yet does not matter to Y."""
    graph = ADMG.parse("X -> M; M <-> Y; W -> Y")
    for seed in range(4):
        model = random_scm(graph, rng=seed)
        found = bounds(graph, "P(Y[W=1]=1)", model.law())
        assert found.interval == (counterfactual(model, "P(Y[W=1]=1)", exact=True).value,) * 2


def test_a_chain_of_two_open_mechanisms_is_bounded_by_its_products():
    """X -> M -> Y: the benefit is m01 y01 + m10 y10, and both factors move together.

    Every m01 fixes m10 by the effect on M, likewise y; the sum grows in both, so its ends are
    those of the factors (Dawid, Humphreys & Musio 2021).
    """
    graph = ADMG.parse("X -> M -> Y")
    for seed in range(6):
        law = random_scm(graph, rng=seed).law("X", "M", "Y")
        m = [law[x, 1].sum() / law[x].sum() for x in (0, 1)]
        y = [
            law.xs(i, level="M").xs(1, level="Y").sum() / law.xs(i, level="M").sum() for i in (0, 1)
        ]
        ends = []
        for pick in (lambda p: max(0, p[1] - p[0]), lambda p: min(p[1], 1 - p[0])):
            up_m, up_y = pick(m), pick(y)
            ends.append(up_m * up_y + (up_m - m[1] + m[0]) * (up_y - y[1] + y[0]))
        found = bounds(graph, "P(Y[X=1]=1, Y[X=0]=0)", law)
        assert found.interval[0] <= ends[0] <= ends[1] <= found.interval[1]
        assert [float(end) for end in found.interval] == pytest.approx(
            list(map(float, ends)), abs=1e-9
        )


def test_the_limits_are_those_of_clopper_and_pearson_shared_by_all_cells():
    """Four cells, so that each limit is missed with probability 0.05 / 4 / 2."""
    rows = [(1, 1)] * 30 + [(1, 0)] * 20 + [(0, 1)] * 10 + [(0, 0)] * 40
    data = pd.DataFrame(rows, columns=["X", "Y"])
    found = bounds(ADMG.parse("X -> Y; X <-> Y"), "P(Y=1 | do(X=1))", data)
    tail = 0.05 / 4 / 2
    low, high = beta.ppf(tail, 30, 71), 1 - beta.ppf(tail, 20, 81)
    assert found.interval == (0.3, 0.8)
    assert found.confidence == pytest.approx((low, high), abs=1e-8)


def test_models_at_the_ends_keep_the_monotonicity_that_was_assumed():
    graph = ADMG.parse("Z -> X -> Y; X <-> Y")
    cells = {}
    for z, x, y in product((0, 1), (0, 1, 2), (0, 1)):
        uptake = [["1/2", "1/4", "1/4"], ["1/4", "1/4", "1/2"]][z][x]
        good = Fraction(x + 1, 4)
        cells[z, x, y] = HALF * Fraction(uptake) * (good if y else 1 - good)
    index = pd.MultiIndex.from_tuples(list(cells), names=["Z", "X", "Y"])
    law = pd.Series(list(cells.values()), index=index, dtype=object)
    found = bounds(graph, "P(Y[X=2]=1)", law, monotone=["X -> Y", "Z -> X"])
    for model in (found.lower_model, found.upper_model):
        assert (model.law("Z", "X", "Y") == law).all()
        for v, parent in (("Y", (0, 1, 2)), ("X", (0, 1))):
            mechanism = model.mechanisms[v]
            noise = model.domains[mechanism.given[1]]
            for u in noise:
                answers = [mechanism.respond((p, u)) for p in parent]
                assert answers == sorted(answers)


def test_open_couplings_that_one_world_reads_are_no_question_at_all():
    rows = {0: "3/4, 1/4", 1: "1/4, 3/4"}
    model = SCM(
        ADMG.parse("X -> M -> Y"),
        {
            "X": Table((), "1/2, 1/2"),
            "M": Table("X", rows, coupling=Unknown()),
            "Y": Table("M", rows, coupling=Unknown()),
        },
    )
    found = bound(model, "P(Y[X=1]=1)")
    assert found.lower == found.upper == Fraction(10, 16)
    assert found.loose == ()


def test_a_formula_over_experiments_that_were_not_made_settles_nothing():
    graph = ADMG.parse("X -> Y -> W; X <-> W; Y <-> W")
    found = bounds(graph, "P(W[X=1]=1)", random_scm(graph, rng=0).law())
    assert not found.sharp
    assert found.interval[0] < found.interval[1]
