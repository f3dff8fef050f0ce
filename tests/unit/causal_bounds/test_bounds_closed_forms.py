"""Programs and closed forms are two roads to one number, on random laws."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest

from causal import ADMG, bounds
from causal.estimation.bounding.instrument import balke_pearl, inequalities, natural_bounds
from causal.estimation.bounding.margins import frechet, manski
from causal.estimation.bounding.necessity import (
    Trial,
    necessity,
    necessity_and_sufficiency,
    sufficiency,
)
from causal.estimation.bounding.uncertain_ends import imbens_manski
from causal.model.engines.bounding import Districts, Regime, Violation, bound_graph
from causal.query import Quantity

IV, BOW = ADMG.parse("Z -> X -> Y; X <-> Y"), ADMG.parse("X -> Y; X <-> Y")
BINARY = dict.fromkeys("ZXY", (0, 1))
EFFECT = Quantity.parse("E(Y[X=1]) - E(Y[X=0])")


def counts(rng: np.random.Generator, size: int, *, sparse: float = 0.4) -> list[Fraction]:
    """A random law on a few cells, some of them empty, as fractions of 60."""
    weights = rng.dirichlet(np.full(size, sparse))
    drawn = rng.multinomial(60, weights)
    return [Fraction(int(n), 60) for n in drawn]


def arms_of(rng: np.random.Generator) -> dict[tuple[int, int, int], Fraction]:
    """P(y, x | z) of a random law of the sixteen response types: the instrument is valid."""
    types = list(product((0, 1), repeat=4))  # X[0], X[1], Y[0], Y[1]
    shares = counts(rng, 16)
    arms = {key: Fraction(0) for key in product((0, 1), repeat=3)}
    for (x0, x1, y0, y1), share in zip(types, shares, strict=True):
        for z, x in enumerate((x0, x1)):
            arms[(y0, y1)[x], x, z] += share
    return arms


def iv_districts(arms: dict[tuple[int, int, int], Fraction]) -> Districts:
    cells = {(z, x, y): p / 2 for (y, x, z), p in arms.items() if p}
    return Districts(IV, BINARY, (Regime({}, ("Z", "X", "Y"), cells),))


@pytest.mark.parametrize(
    ("block", "laws"),
    [*((block, 40) for block in range(10)), pytest.param(99, 5000, marks=pytest.mark.torture)],
)
def test_balke_and_pearl_s_eight_expressions_are_the_program(block, laws):
    rng = np.random.default_rng(block)
    for _ in range(laws):
        arms = arms_of(rng)
        found = bound_graph(iv_districts(arms), EFFECT)
        assert (found.lower, found.upper) == balke_pearl(arms)
        natural = natural_bounds(arms)
        assert natural.lower <= found.lower
        assert found.upper <= natural.upper


def test_a_law_has_no_model_exactly_when_it_violates_the_instrumental_inequality():
    """Binary X, Y and Z: the inequality is then all there is (Bonet 2001)."""
    rng = np.random.default_rng(5)
    verdicts = []
    for _ in range(150):
        shares = [counts(rng, 4, sparse=1.0) for _ in range(2)]
        keys = [(y, x) for y in (0, 1) for x in (0, 1)]
        arms = {(*key, z): p for z in (0, 1) for key, p in zip(keys, shares[z], strict=True)}
        violated = max(inequalities(arms)) > 1
        found = bound_graph(iv_districts(arms), EFFECT)
        assert isinstance(found, Violation) is violated
        verdicts.append(violated)
        if isinstance(found, Violation):
            assert found.found == max(inequalities(arms))
            assert found.limit == 1
    assert 10 < sum(verdicts) < 140


def confounded(rng: np.random.Generator, *, monotone: bool):
    """The observations and the trial of a random unit population, X and both answers of Y."""
    types = [t for t in product((0, 1), repeat=3) if not (monotone and t[1] > t[2])]
    shares = dict(zip(types, counts(rng, len(types), sparse=0.8), strict=True))
    joint = {cell: Fraction(0) for cell in product((0, 1), repeat=2)}
    for (x, y0, y1), share in shares.items():
        joint[x, (y0, y1)[x]] += share
    treated = sum((p for (_, _, y1), p in shares.items() if y1), Fraction(0))
    untreated = sum((p for (_, y0, _), p in shares.items() if y0), Fraction(0))
    return joint, Trial(treated, untreated), shares


def bow(joint, trial, *, monotone: bool) -> Districts:
    regimes = []
    if joint:
        regimes.append(Regime({}, ("X", "Y"), {cell: p for cell, p in joint.items() if p}))
    if trial:
        for x, share in ((1, trial.treated), (0, trial.untreated)):
            cells = {(y,): p for y, p in ((1, share), (0, 1 - share)) if p}
            regimes.append(Regime({"X": x}, ("Y",), cells))
    rules = (("X", "Y"),) if monotone else ()
    return Districts(BOW, {"X": (0, 1), "Y": (0, 1)}, tuple(regimes), rules)


@pytest.mark.parametrize("monotone", [False, True])
@pytest.mark.parametrize(
    ("block", "laws"),
    [*((block, 15) for block in range(4)), pytest.param(99, 1000, marks=pytest.mark.torture)],
)
def test_tian_and_pearl_s_formulas_are_the_program(monotone, block, laws):
    rng = np.random.default_rng(100 + block)
    pns = Quantity.parse("P(Y[X=1]=1, Y[X=0]=0)")
    asked = {
        necessity: (Quantity.parse("P(Y[X=0]=0 | X=1, Y=1)"), (1, 1)),
        sufficiency: (Quantity.parse("P(Y[X=1]=1 | X=0, Y=0)"), (0, 0)),
    }
    for _ in range(laws):
        joint, trial, shares = confounded(rng, monotone=monotone)
        truth = sum((p for (_, y0, y1), p in shares.items() if y1 > y0), Fraction(0))
        for known in ((joint, None), (None, trial), (joint, trial)):
            found = bound_graph(bow(*known, monotone=monotone), pns)
            assert found.lower <= truth <= found.upper
            # The theorems on PNS leave monotone observations without a trial to the general case.
            closed = necessity_and_sufficiency(joint=known[0], trial=known[1], monotone=monotone)
            assert (found.lower, found.upper) == closed
        for formula, (query, cell) in asked.items():
            if joint[cell]:
                found = bound_graph(bow(joint, trial, monotone=monotone), query)
                closed = formula(joint=joint, trial=trial, monotone=monotone)
                assert (found.lower, found.upper) == closed


def test_without_assumptions_the_program_is_that_of_manski():
    rng = np.random.default_rng(9)
    for _ in range(20):
        joint, _, _ = confounded(rng, monotone=False)
        seen = joint[1, 0] + joint[1, 1]
        if seen:
            found = bound_graph(bow(joint, None, monotone=False), Quantity.parse("E(Y[X=1])"))
            assert (found.lower, found.upper) == manski(seen, joint[1, 1] / seen)


def test_two_arms_of_a_trial_tell_what_frechet_says():
    rng = np.random.default_rng(10)
    for _ in range(20):
        _, trial, _ = confounded(rng, monotone=False)
        found = bound_graph(
            bow(None, trial, monotone=False), Quantity.parse("P(Y[X=1]=1, Y[X=0]=1)")
        )
        assert (found.lower, found.upper) == frechet(*trial)


def test_imbens_and_manski_s_limits_cover_the_number_and_not_more():
    """A share with unseen outcomes; the number sits at an end of its interval, the worst place."""
    rng = np.random.default_rng(11)
    seen, mean, n, hits = 0.7, 0.4, 400, 0
    for _ in range(1000):
        shown = rng.random(n) < seen
        outcome = (rng.random(n) < mean) & shown
        low, high = outcome.mean(), outcome.mean() + 1 - shown.mean()
        errors = (outcome.std() / n**0.5, (outcome | ~shown).std() / n**0.5)
        least, most = imbens_manski(low, high, errors=errors)
        hits += least <= seen * mean <= most
    assert 0.93 < hits / 1000 < 0.97


def test_laws_in_doubles_give_doubles_and_laws_in_fractions_give_fractions():
    index = pd.MultiIndex.from_product([(0, 1)] * 2, names=["X", "Y"])
    exact = bounds(BOW, "P(Y=1 | do(X=1))", pd.Series([Fraction(1, 4)] * 4, index=index))
    rough = bounds(BOW, "P(Y=1 | do(X=1))", pd.Series([0.25] * 4, index=index))
    assert exact.interval == (Fraction(1, 4), Fraction(3, 4))
    assert rough.interval == (0.25, 0.75)
    assert isinstance(exact.interval[0], Fraction)
    assert isinstance(rough.interval[0], float)
