"""Tests of implications against scipy, statsmodels and pgmpy, and against simulations."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from strategies.second_opinions import corrected

import causal
from causal import ADMG, FisherZ, GSquared, Independence
from causal.estimation.equality_tests import wald
from causal.estimation.implication_tests import holm
from causal.identification.typical import ancestral
from causal.model import random_scm

VERMA = ADMG.parse("A -> B -> C -> D; B <-> D")
NAPKIN = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")


def claim(one: str, other: str, given: str = "") -> Independence:
    return Independence(frozenset(one), frozenset(other), frozenset(given))


def gaussian(n: int, seed: int) -> pd.DataFrame:
    """X -> Z -> Y and a bystander W."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    z = x + rng.normal(size=n)
    return pd.DataFrame({"X": x, "Z": z, "Y": z + rng.normal(size=n), "W": rng.normal(size=n)})


def classes(n: int, seed: int, values: int = 3) -> pd.DataFrame:
    graph = ADMG.parse("X -> Z -> Y; W -> Z")
    return random_scm(graph, seed, values=values).sample(n, rng=seed)


@pytest.mark.parametrize("seed", range(5))
def test_without_conditions_partial_correlation_is_the_correlation(seed: int) -> None:
    data = gaussian(80, seed)
    r = stats.pearsonr(data["X"], data["W"]).statistic
    found = FisherZ().test(claim("X", "W"), data)
    z = np.sqrt(80 - 3) * np.arctanh(r)
    assert found.statistic == pytest.approx(z**2)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)))


@pytest.mark.parametrize("seed", range(5))
def test_partial_correlation_is_that_of_the_residuals_of_two_regressions(seed: int) -> None:
    data = gaussian(60, seed)
    fixed = sm.add_constant(data[["Z", "W"]])
    left = [sm.OLS(data[v], fixed).fit().resid for v in "XY"]
    r = stats.pearsonr(*left).statistic
    found = FisherZ().test(claim("X", "Y", "ZW"), data)
    assert found.statistic == pytest.approx((60 - 2 - 3) * np.arctanh(r) ** 2)


def test_a_set_is_tested_about_as_by_the_f_test_of_the_regression() -> None:
    data = gaussian(2000, 3)
    found = FisherZ().test(claim("Y", "XW", "Z"), data)
    full = sm.OLS(data["Y"], sm.add_constant(data[["Z", "X", "W"]])).fit()
    assert found.df == 2
    assert found.p == pytest.approx(float(full.f_test("X = 0, W = 0").pvalue), abs=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_g_squared_is_the_sum_of_scipys_over_the_strata(seed: int) -> None:
    data = classes(400, seed)
    parts = [
        stats.chi2_contingency(
            pd.crosstab(part["X"], part["Y"]), lambda_="log-likelihood", correction=False
        )
        for _, part in data.groupby(["Z", "W"])
        if part["X"].nunique() > 1 and part["Y"].nunique() > 1
    ]
    found = GSquared().test(claim("X", "Y", "ZW"), data)
    assert found.statistic == pytest.approx(sum(part.statistic for part in parts))
    assert found.df == sum(part.dof for part in parts)


@pytest.mark.parametrize("seed", range(3))
def test_g_squared_of_a_set_is_that_of_its_members_together(seed: int) -> None:
    data = classes(3000, seed, values=2)
    table = pd.crosstab(data["Y"], [data["X"], data["W"]])
    whole = stats.chi2_contingency(table, lambda_="log-likelihood", correction=False)
    found = GSquared().test(claim("Y", "XW"), data)
    assert (found.statistic, found.df) == (pytest.approx(whole.statistic), whole.dof)


@pytest.mark.parametrize("seed", range(3))
def test_pgmpy_finds_the_same(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pgmpy warns of what it will rename
        citests = pytest.importorskip("pgmpy.estimators.CITests")
        data = classes(2000, seed)  # three values: it corrects two-by-two tables for continuity
        other = citests.g_sq("X", "Y", ["Z"], data, boolean=False)
    found = GSquared().test(claim("X", "Y", "Z"), data)
    assert (found.statistic, found.df) == (pytest.approx(other[0]), other[2])


def test_holm_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        p = rng.uniform(size=7) ** 3
        assert holm(p) == pytest.approx(corrected(p))


def binomial_band(n: int, alpha: float) -> tuple[int, int]:
    low, high = stats.binom.ppf([0.001, 0.999], n, alpha)
    return int(low), int(high)


@pytest.mark.parametrize(
    ("by", "graph", "about"),
    [(GSquared(), "X -> Z -> Y", claim("X", "Y", "Z")), (FisherZ(), "", claim("X", "Y", "Z"))],
    ids=["G²", "Fisher z"],
)
def test_a_true_independence_is_refused_as_often_as_said(by, graph, about) -> None:
    runs = 400
    model = random_scm(ADMG.parse(graph), 1) if graph else None
    samples = (model.sample(500, rng=s) if model else gaussian(50, s) for s in range(runs))
    refused = sum(by.test(about, data).p < 0.05 for data in samples)
    low, high = binomial_band(runs, 0.05)
    assert low <= refused <= high


@pytest.mark.parametrize("rows", [300, 1500])
@pytest.mark.parametrize("graph", [VERMA, NAPKIN], ids=["Verma", "napkin"])
def test_a_true_kernel_constraint_is_refused_about_as_often_as_said(graph: ADMG, rows: int) -> None:
    (kernel,) = causal.implications(graph).kernels
    runs = 10 * 20
    refused = sum(
        wald(kernel, model.sample(rows, rng=s)).p < 0.05
        for model in (random_scm(graph, seed) for seed in range(10))
        for s in range(20)
    )
    # An approximation: the band is that of 3 % to 7 %.
    assert stats.binom.ppf(0.001, runs, 0.03) <= refused <= stats.binom.ppf(0.999, runs, 0.07)


@pytest.mark.parametrize("graph", [VERMA, NAPKIN], ids=["Verma", "napkin"])
def test_a_kernel_constraint_that_fails_is_found_out(graph: ADMG) -> None:
    (kernel,) = causal.implications(graph).kernels
    models = [random_scm(ancestral(graph), seed) for seed in range(20)]
    found = sum(wald(kernel, model.sample(5000, rng=0)).p < 0.01 for model in models)
    assert found >= 14


def test_all_tests_together_keep_their_promise() -> None:
    graph = ADMG.parse("A -> B -> C -> D -> E; B <-> D")
    model = random_scm(graph, 2)
    runs = 150
    tables = (causal.confront(graph, model.sample(2000, rng=s)) for s in range(runs))
    wrong = sum((table["verdict"] == "violated").any() for table in tables)
    assert wrong <= stats.binom.ppf(0.999, runs, 0.07)


def test_the_formulas_of_a_query_are_compared_on_data() -> None:
    compatible = causal.confront(NAPKIN, random_scm(NAPKIN, 3).sample(4000, rng=1), "P(Y | do(X))")
    other = random_scm(ancestral(NAPKIN), 3).sample(4000, rng=1)
    violated = causal.confront(NAPKIN, other, "P(Y | do(X))")
    assert len(compatible) == len(violated) > 2
    assert set(compatible["verdict"]) == {"compatible"}
    assert set(violated["verdict"]) == {"violated"}
