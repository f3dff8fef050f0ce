"""The parts of the program, each where only it can be wrong."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from causal import ADMG, Bounds, Falsified, bounds, counterfactual
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


def test_a_law_that_breaks_a_verma_constraint_is_named_with_both_values():
    """No independence and no inequality is broken; the formula of the napkin sees it."""
    napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    other = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y; Z -> Y; W -> Y; X <-> Y")
    found = bounds(napkin, "P(Y=1 | do(X=1))", random_scm(other, rng=5).law())
    assert isinstance(found, Falsified)
    assert "is the same wherever it is read, but at Z=" in str(found)


def test_a_sample_is_never_said_to_break_an_equality():
    napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    model = random_scm(napkin, rng=2)
    for seed in range(5):
        assert isinstance(bounds(napkin, "P(Y=1 | do(X=1))", model.sample(300, rng=seed)), Bounds)


def test_a_ratio_may_be_least_where_its_denominator_is_not_largest():
    """Shares of three values are free: 9/10 over 5/4, 1/2 over 1, or 1 over 1/4."""
    one, two = (((Slot("A", ()), a),) for a in (1, 2))
    none = ((Slot("A", ()), 0),)
    rows = tuple(
        Row((Term(SURELY, (p,)),), Chance(Fraction(0), HALF, Fraction(1)), "", "")
        for p in (none, one, two)
    )
    above = (Term(SURELY, (none,)), Term(known(HALF), (one,)), Term(known(Fraction(9, 10)), (two,)))
    below = (
        Term(Chance(QUARTER, HALF, Fraction(3, 4)), (one,)),
        Term(Chance(HALF, HALF, Fraction(1)), (two,)),
        Term(known(QUARTER), ()),
    )
    program = Program({"A": (0, 1, 2)}, rows, (Fractional(above, below),))
    assert extremes(program).lower.value == HALF


@pytest.mark.parametrize(
    "case",
    [
        ("Z -> X -> Y; X <-> Y", "E(Y[X=1]) - E(Y[X=0])"),
        ("X -> M -> Y; X <-> Y", "P(Y=1 | do(M=0))"),
        ("X -> M -> Y; X -> Y; M <-> Y", "P(Y[X=1, M=M[X=0]]=1)"),
        ("X -> M -> Y", "P(Y[X=1]=1, Y[X=0]=0)"),
    ],
)
def test_the_text_of_a_certificate_adds_up_to_its_value(case):
    """With what the law says of every probability that it names; cells may be missing."""
    graph, query = ADMG.parse(case[0]), case[1]
    for seed in range(5):
        law = random_scm(graph, rng=seed).law()
        sparse = law.where(np.random.default_rng(seed).random(len(law)) < 0.8, Fraction(0))
        for seen in (law, sparse / sparse.sum()):
            found = bounds(graph, query, seen, domains=dict.fromkeys(graph.nodes, (0, 1)))
            for certificate in found.certificates if isinstance(found, Bounds) else ():
                lines = certificate._piece.tableau.lines
                said = {line.label: line.chance.value / line.scale for line in lines}
                parts = [weight * said[name] for weight, name in certificate.parts if name in said]
                assert sum(parts) + certificate.constant == certificate.value


@pytest.mark.parametrize("n", range(16, 80, 4))
def test_a_sample_near_the_edge_is_either_bounded_or_refused(n):
    rng = np.random.default_rng(n)
    z = np.arange(n) % 2
    rows = pd.DataFrame({"Z": z, "X": 0, "Y": np.where(rng.random(n) < 0.25, 1 - z, z)})
    rows.loc[:1, "X"] = 1
    found = bounds(ADMG.parse("Z -> X -> Y; X <-> Y"), "E(Y[X=1]) - E(Y[X=0])", rows)
    assert isinstance(found, Bounds | Falsified)
