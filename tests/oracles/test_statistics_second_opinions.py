"""Every formula of ablation.statistics against a second road: scipy, statsmodels, quadrature."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats
from strategies.second_opinions import corrected

from ablation.statistics import Comparison, ModeratedPairedT, PairedT, Welch, holm
from ablation.statistics.moderation import Prior, fit_prior
from ablation.statistics.multiplicity import beyond
from ablation.statistics.noncentral import below, noncentrality
from ablation.statistics.standardised import correction, standardised


def drawn(
    rng: np.random.Generator, *, n: int, component: str = "c", scale: float = 1.0
) -> Comparison:
    luck = rng.normal(size=n)
    on, off = luck + rng.normal(size=n), luck + scale * rng.normal(size=n)
    return Comparison(
        component=component,
        baseline=dict(enumerate(map(float, on))),
        ablated=dict(enumerate(map(float, off))),
    )


@settings(deadline=None, max_examples=40)
@given(ps=st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(ps: list[float]) -> None:
    assert holm(ps) == pytest.approx(corrected(ps), abs=1e-12)


def test_claims_beyond_a_region_agree_with_scipy_and_statsmodels() -> None:
    rng = np.random.default_rng(11)
    arms = [drawn(rng, n=5, component=str(k), scale=0.2 + k / 4) for k in range(5)]
    sides = [("greater", 0.3), ("less", -0.3)]
    raw = [stats.ttest_1samp(arm.differences, edge, alternative=side).pvalue
           for side, edge in sides for arm in arms]  # fmt: skip
    theirs = corrected(raw).reshape(2, 5).T
    assert np.array(beyond(PairedT().estimate(arms), 0.3)) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("n", [2, 3, 5, 30])
def test_the_paired_t_agrees_with_scipy(n: int) -> None:
    one = drawn(np.random.default_rng(n), n=n)
    theirs = stats.ttest_rel(one.on, one.off)
    ours = PairedT().estimate([one])[0]
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-10)
    assert ours.interval(0.9) == pytest.approx(tuple(theirs.confidence_interval(0.9)), rel=1e-10)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 7), (10, 4)])
def test_welch_agrees_with_scipy(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    on, off = rng.normal(size=n), rng.normal(size=m) * 3
    one = Comparison(component="c", baseline=dict(enumerate(on)), ablated=dict(enumerate(off)))
    theirs = stats.ttest_ind(on, off, equal_var=False)
    ours = Welch().estimate([one])[0]
    assert (ours.p, ours.df) == pytest.approx((theirs.pvalue, theirs.df), rel=1e-10)
    assert ours.interval(0.95) == pytest.approx(tuple(theirs.confidence_interval(0.95)), rel=1e-10)


# Smyth's prior: the closed form against the distribution that it claims to be.


@pytest.mark.parametrize("df", [2, 4, 9])
@pytest.mark.parametrize("seed", range(3))
def test_the_fitted_prior_has_the_samples_first_two_moments_of_log_variance(
    df: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    sigma2 = rng.lognormal(0, 1.5, size=12)
    s2 = sigma2 * rng.chisquare(df, size=12) / df
    prior = fit_prior(s2.tolist(), [df] * 12)
    assert prior is not None
    assert math.isfinite(prior.df)

    def moment(g: float, power: int, about: float = 0.0) -> float:
        # Under the model s² / s0² follows F with df and d0 degrees of freedom.
        z = g - math.log(prior.variance)
        return (g - about) ** power * float(stats.f.pdf(math.exp(z), df, prior.df)) * math.exp(z)

    mean = integrate.quad(moment, -40, 40, args=(1,), limit=400, points=[0])[0]
    var = integrate.quad(moment, -40, 40, args=(2, mean), limit=400, points=[0])[0]
    assert mean == pytest.approx(float(np.log(s2).mean()), abs=1e-6)
    assert var == pytest.approx(float(np.log(s2).var(ddof=1)), rel=1e-6)


def test_the_prior_is_recovered_from_very_many_components() -> None:
    rng = np.random.default_rng(0)
    df = rng.choice([2, 4], size=100_000)
    s2 = 2.0 * 5 / rng.chisquare(5, size=df.size) * rng.chisquare(df) / df
    prior = fit_prior(s2.tolist(), df.tolist())
    assert prior is not None
    assert (prior.df, prior.variance) == pytest.approx((5, 2), rel=0.03)


@pytest.mark.parametrize(("s2", "df"), [(0.1, 2), (3.0, 4), (20.0, 9)])
def test_the_posterior_variance_is_the_posterior_mean_precision_by_quadrature(
    s2: float, df: int
) -> None:
    prior = Prior(df=3.5, variance=1.7)

    def posterior(w: float, power: int) -> float:
        seen = stats.chi2.pdf(df * s2 * w, df) * w
        believed = stats.chi2.pdf(prior.df * prior.variance * w, prior.df)
        return float(seen * believed) * w**power

    mass, mean = (integrate.quad(posterior, 0, np.inf, args=(k,))[0] for k in (0, 1))
    assert prior.shrink(s2, df)[0] == pytest.approx(mass / mean, rel=1e-6)


def test_without_its_guards_the_moderated_t_is_limmas() -> None:
    """The formulas of limma's squeezeVar and eBayes, typed again from the paper, and our floor."""
    rng = np.random.default_rng(3)
    arms = [drawn(rng, n=4, component=str(k), scale=1 + k / 3) for k in range(8)]
    s2 = np.array([np.var(arm.differences, ddof=1) for arm in arms])
    e = np.log(s2) - special.digamma(1.5) + math.log(1.5)
    target = e.var(ddof=1) - special.polygamma(1, 1.5)
    y = 0.5 + 1 / target
    for _ in range(50):  # Newton's method of the paper's appendix
        tri = special.polygamma(1, y)
        y += tri * (1 - tri / target) / special.polygamma(2, y)
    d0, s02 = 2 * y, math.exp(e.mean() + special.digamma(y) - math.log(y))
    post = (d0 * s02 + 3 * s2) / (d0 + 3)
    ours = ModeratedPairedT(apart=math.inf, lent=math.inf).estimate(arms)
    assert [one.se for one in ours] == pytest.approx(np.sqrt(np.maximum(post, s2) / 4), rel=1e-8)
    assert {round(one.df, 6) for one in ours} == {round(d0 + 3, 6)}


# The noncentral t and what stands on it.


def test_the_noncentral_t_agrees_with_scipy_where_scipy_has_an_answer() -> None:
    for t in (-3.0, -0.2, 0.0, 0.7, 2.0, 5.0):
        for df in (2, 4, 8, 18):
            for delta in (-2.0, 0.0, 1.0, 4.0):
                assert below(t, df, delta) == pytest.approx(
                    stats.nct.cdf(t, df, delta), abs=2e-6
                ), (t, df, delta)


@pytest.mark.parametrize("t", [0.0, 0.3, 4.0, 37.0, 1e6])
@pytest.mark.parametrize("df", [2, 8, 98])
def test_the_noncentral_t_agrees_with_thirty_digit_quadrature(t: float, df: int) -> None:
    for share in (-2, 0, 1):
        delta = t + share * math.sqrt(1 + t * t / (2 * df))

        def density(s: mp.mpf, d: float = delta) -> mp.mpf:
            half = mp.mpf(df) / 2
            chi = 2 * half**half * s ** (df - 1) * mp.exp(-half * s * s) / mp.gamma(half)
            return mp.ncdf(t * s - d) * chi

        edge = delta / t if t else 1.0
        steps = {max(0.0, edge + k / t) for k in (-8, -2, 0, 2, 8)} if t else set()
        with mp.workdps(30):
            truth = mp.quad(density, [*sorted({0.0, 1.0, 3.0, 12.0, *steps}), mp.inf])
        assert below(t, df, delta) == pytest.approx(float(truth), abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(t=st.floats(-1e6, 1e6), df=st.integers(2, 60), p=st.sampled_from([0.025, 0.5, 0.975]))
def test_the_noncentrality_solves_its_equation(t: float, df: int, p: float) -> None:
    assert below(t, df, noncentrality(t, df, p)) == pytest.approx(p, abs=1e-8)


def test_hedges_correction_takes_the_bias_out() -> None:
    """E[d] = δ / J: by simulation, with δ = 1 and five seeds a condition."""
    rng = np.random.default_rng(1)
    on, off = rng.normal(1, 1, (40_000, 5)), rng.normal(0, 1, (40_000, 5))
    pooled = np.sqrt((on.var(1, ddof=1) + off.var(1, ddof=1)) / 2)
    d = (on.mean(1) - off.mean(1)) / pooled
    assert correction(8) * d.mean() == pytest.approx(1, abs=4 * d.std() / 200)
    assert d.mean() > 1.08


def test_the_interval_of_g_covers_for_independent_conditions() -> None:
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(600):
        size = standardised(rng.normal(1.5, 1, 4).tolist(), rng.normal(0, 1, 5).tolist(), level=0.9)
        hits += size.lower <= 1.5 <= size.upper
    assert abs(hits / 600 - 0.9) < 4 * math.sqrt(0.09 / 600)
