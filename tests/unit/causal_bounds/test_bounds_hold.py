"""Bounds contain every compatible model, and models reach them: two halves of "sharp"."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import null_space
from scipy.optimize import linprog

from causal import ADMG, Do, bounds, counterfactual
from causal.errors import ModelError
from causal.estimation.bounding import Bounds
from causal.model import SCM, random_scm

IV = "Z -> X -> Y; X <-> Y"
CASES = {
    IV: [
        "P(Y=1 | do(X=1))",
        "P(Y[X=0]=0 | X=1, Y=1)",
        "P(Y[X=1]=1, Y[X=0]=0)",
        "P(Y[X=1]=1 | Y[X=0]=0)",  # a ratio with a free denominator
        "P(Y[X=1]=1, Y[X=0]=0 | Z=1)",
        "P(X[Z=1]=1, X[Z=0]=0)",
        "P(Y[X=1] > Y[X=0])",
    ],
    "X -> Y; X <-> Y": ["P(Y[X=0]=0 | X=1, Y=1)", "E(Y[X=1]) - E(Y[X=0])"],
    "X -> M -> Y; X -> Y; M <-> Y": [
        "P(Y[X=1, M=M[X=0]]=1)",  # nested: the natural direct effect
        "P(Y[M=1]=1 | X=0)",
        "P(Y[X->Y=1]=1)",  # one edge only
        "P(Y[X->M=1]=1 | X=0, Y=0)",
    ],
    "W -> X; W -> Y; X -> Y; X <-> Y": ["P(Y[X=0]=0 | X=1, Y=1)", "P(Y=1 | do(X=1))"],
    "A -> B -> C; A <-> B; B -> D; C <-> D": ["P(D[B=1]=1, C[B=0]=1)"],
    # Several districts at once, or districts that are no cliques: outer bounds.
    "X -> M -> Y; X -> Y": ["P(Y[X=1]=1, Y[X=0]=0)", "P(Y[X=0]=0 | X=1, Y=1)"],
    "X -> M -> Y; X <-> Y": ["P(Y[X=1]=1, Y[X=0]=0)"],
    "X -> Y -> W; X <-> W; Y <-> W": ["P(W=1 | do(X=1))"],
}
ASKED = [(graph, query) for graph, queries in CASES.items() for query in queries]


def value(model: SCM, query: str) -> Fraction:
    """The truth, exactly."""
    return counterfactual(model, query, exact=True).value


@pytest.mark.parametrize(("graph", "query"), ASKED)
def test_the_truth_of_a_random_model_lies_within_the_bounds_that_its_law_gives(graph, query):
    known = ADMG.parse(graph)
    for seed in range(8):
        model = random_scm(known, rng=seed)
        found = bounds(known, query, model.law())
        assert found.interval[0] <= value(model, query) <= found.interval[1]
        for certificate in found.certificates:
            certificate.check()


@pytest.mark.parametrize(("graph", "query"), ASKED)
def test_sharp_bounds_are_reached_by_models_with_exactly_the_same_law(graph, query):
    known = ADMG.parse(graph)
    for seed in range(3):
        law = random_scm(known, rng=seed).law()
        found = bounds(known, query, law)
        if not found.sharp:
            assert any(
                "hidden cause" in one or "one by one" in one or "multiply" in one
                for one in found.assumptions
            )
            continue
        for model, end in zip((found.lower_model, found.upper_model), found.interval, strict=True):
            assert model.graph == known
            assert (model.law() == law).all()
            assert value(model, query) == end


@pytest.mark.parametrize(
    ("graph", "query"),
    [
        ("W -> Z -> X -> Y; W <-> X; W <-> Y", "P(Y=1 | do(X=1))"),
        ("W -> Z -> X -> Y; W <-> X; W <-> Y", "E(Y[X=1]) - E(Y[X=0])"),
    ],
)
def test_a_formula_settles_what_a_program_over_one_common_cause_leaves_open(graph, query):
    """The napkin: X and Y share no cause, which no linear program over their types can say."""
    model = random_scm(ADMG.parse(graph), rng=1)
    found = bounds(model.graph, query, model.law())
    assert found.interval == (value(model, query),) * 2
    assert found.sharp
    assert found.engine == "formula over observations"
    with pytest.raises(ModelError, match="makes no model"):
        _ = found.lower_model
    rough = bounds(model.graph, query, model.sample(2000, rng=0))
    assert rough.confidence[0] <= value(model, query) <= rough.confidence[1]


def test_experiments_narrow_the_bounds_and_are_reproduced_by_the_models():
    known = ADMG.parse(IV)
    for seed in range(4):
        model = random_scm(known, rng=seed)
        law, arm = model.law(), model.under(Do(X=1)).law("Z", "Y")
        query = "P(Y[X=1]=1, Y[X=0]=0)"
        alone = bounds(known, query, law)
        both = bounds(known, query, law, experiments={"do(X=1)": arm})
        assert alone.interval[0] <= both.interval[0] <= both.interval[1] <= alone.interval[1]
        assert both.interval[0] <= value(model, query) <= both.interval[1]
        for reached in (both.lower_model, both.upper_model):
            assert (reached.law() == law).all()
            assert (reached.under(Do(X=1)).law("Z", "Y") == arm).all()


def types_of_iv() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """All sixteen response types of the binary instrument, without any cleverness."""
    types = list(product((0, 1), repeat=4))  # X[Z=0], X[Z=1], Y[X=0], Y[X=1]
    rows = [
        [float((t[z], t[2 + t[z]]) == (x, y)) for t in types]
        for z, x, y in product((0, 1), repeat=3)
    ]
    queries = {
        "P(Y=1 | do(X=1))": [float(t[3]) for t in types],
        "E(Y[X=1]) - E(Y[X=0])": [float(t[3] - t[2]) for t in types],
        "P(Y[X=1]=1, Y[X=0]=0)": [float(t[3] > t[2]) for t in types],
        "P(X[Z=1]=0, X[Z=0]=1, Y[X=1]=1)": [float(t[:2] == (1, 0) and t[3]) for t in types],
    }
    return np.array(rows), {query: np.array(cost) for query, cost in queries.items()}


def test_a_thousand_compatible_models_lie_within_the_bounds():
    """A random walk through all laws of types that have the law: hit and run."""
    rows, queries = types_of_iv()
    free, rng = null_space(rows), np.random.default_rng(3)
    model = random_scm(ADMG.parse(IV), rng=3)
    arms = model.law()
    seen = [float(arms[z, x, y] / arms[z].sum()) for z, x, y in product((0, 1), repeat=3)]
    ends = {query: bounds(ADMG.parse(IV), query, arms).interval for query in queries}
    law = np.mean(
        [linprog(rng.normal(size=16), A_eq=rows, b_eq=seen, method="highs").x for _ in range(40)],
        axis=0,
    )
    for _ in range(1000):
        step = free @ rng.normal(size=free.shape[1])
        moved = step[np.abs(step) > 1e-12]
        start = law[np.abs(step) > 1e-12]
        reach = -start / moved
        low, high = reach[moved > 0].max(), reach[moved < 0].min()
        law = np.clip(law + rng.uniform(low, high) * step, 0, None)
        assert rows @ law == pytest.approx(np.array(seen), abs=1e-9)
        for query, cost in queries.items():
            assert float(ends[query][0]) - 1e-9 <= cost @ law <= float(ends[query][1]) + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_types_decided_lazily_give_the_same_bounds_as_all_functions_written_out(seed):
    """Three values each: 27 x 27 functions, against the types that anyone asks about."""
    known = ADMG.parse(IV)
    law = random_scm(known, rng=seed, values=3).law()
    functions = list(product(range(3), repeat=3))
    rows, right = [], []
    for z, x, y in product(range(3), repeat=3):
        rows.append([float(f[z] == x and g[x] == y) for f in functions for g in functions])
        right.append(float(law[z, x, y] / law[z].sum()))
    cost = np.array([float(g[2] == 1) - float(g[0] == 1) for _ in functions for g in functions])
    found = bounds(known, "P(Y[X=2]=1) - P(Y[X=0]=1)", law)
    for sign, end in zip((1, -1), found.interval, strict=True):
        plain = linprog(sign * cost, A_eq=np.array(rows), b_eq=right, method="highs")
        assert sign * plain.fun == pytest.approx(float(end), abs=1e-9)
    assert found.sharp


def test_monotone_arrows_drop_the_types_that_fall_and_nothing_else():
    """Against all functions written out, in a cause of three values beside a second parent."""
    known = ADMG.parse("X -> Y; W -> Y; X <-> Y")
    rows = ["1/10, 9/10", "3/10, 7/10", "1/2, 1/2"]
    index = list(product(range(2), range(3), range(2)))  # W, X, Y
    cells = {}
    for w, x, y in index:
        share = Fraction(rows[x].split(", ")[y])
        cells[w, x, y] = Fraction(1, 2) * Fraction(1, 3) * (share if w else 1 - share)
    names = pd.MultiIndex.from_tuples(list(cells), names=["W", "X", "Y"])
    law = pd.Series(list(cells.values()), index=names, dtype=object)
    found = bounds(known, "E(Y[X=2, W=0]) - E(Y[X=0, W=0])", law, monotone=["X -> Y"])
    types = [t for t in product(range(3), *[range(2)] * 3) if t[1] <= t[2] <= t[3]]  # X, Y[X=.]
    matrix = [
        [float(t[0] == x and t[1 + x] == y) for t in types] for x in range(3) for y in range(2)
    ]
    right = [float(cells[0, x, y] * 2) for x in range(3) for y in range(2)]
    cost = np.array([float(t[3] - t[1]) for t in types])
    for sign, end in zip((1, -1), found.interval, strict=True):
        plain = linprog(sign * cost, A_eq=np.array(matrix), b_eq=right, method="highs")
        assert sign * plain.fun == pytest.approx(float(end), abs=1e-9)


def test_covariates_cost_a_sum_and_not_a_product_of_types():
    known = ADMG.parse("Z -> X -> Y; X <-> Y; {A, B, C} -> X; {A, B, C} -> Y")
    model = random_scm(known, rng=0)
    found = bounds(known, "P(Y[X=1]=1) - P(Y[X=0]=1)", model.law())
    assert isinstance(found, Bounds)
    assert "(128)" in found.engine  # 16 in each of 8 strata; all functions would be 2**32
    truth = value(model, "P(Y[X=1]=1) - P(Y[X=0]=1)")
    assert found.interval[0] <= truth <= found.interval[1]


def test_a_model_at_the_end_of_a_ratio_gives_its_evidence_a_chance():
    """An end that is reached where the denominator is zero as well is reached elsewhere, too."""
    index = pd.MultiIndex.from_product([(0, 1)] * 2, names=["X", "Y"])
    law = pd.Series([Fraction(n, 177) for n in (65, 55, 30, 27)], index=index)
    query = "P(Y[X=X[]]=1 | Y[X=1]=1, X[Y=1]=0)"
    found = bounds(ADMG.parse("X -> Y; X <-> Y"), query, law)
    assert found.interval == (0, 1)
    for model, end in zip((found.lower_model, found.upper_model), found.interval, strict=True):
        assert (model.law() == law).all()
        assert value(model, query) == end
