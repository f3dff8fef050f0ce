"""A plug-in estimate is the formula on the data; its interval says n and what it rests on."""

import numpy as np
import pandas as pd
import pytest

from causal import ADMG, PlugIn, estimate, examples, identify
from causal.errors import (
    DataError,
    OptionError,
    PositivityError,
    QueryError,
    TooFewRowsError,
    UnknownVariableError,
    UnsupportedQueryError,
)
from causal.estimation.replicates import Replicates
from causal.model import Do, random_scm

BACK_DOOR = ADMG.parse("Z -> X -> Y; Z -> Y")
EFFECT = identify(BACK_DOOR, "P(Y=1 | do(X=1))")
MODEL = random_scm(BACK_DOOR, 8)
TRUTH = float(MODEL.under(Do(X=1)).law("Y")[1])


def by_hand(data: pd.DataFrame) -> float:
    """Adjustment for Z, as a sum over its values."""
    return sum(
        share * data.loc[(data["Z"] == z) & (data["X"] == 1), "Y"].mean()
        for z, share in data["Z"].value_counts(normalize=True).items()
    )


def test_the_value_is_the_formula_on_the_data():
    data = MODEL.sample(3000, rng=1)
    found = estimate(EFFECT, data, rng=0)
    assert found.value == pytest.approx(by_hand(data), abs=1e-12)
    assert found.n == 3000
    assert found.diagnostics.supporting == int((data["X"] == 1).sum())
    assert found.diagnostics.undefined == 0
    assert found.interval[0] < found.value < found.interval[1]


def test_the_interval_is_that_of_rows_drawn_with_replacement():
    """The one-pass bootstrap against a loop over resampled frames."""
    data = MODEL.sample(300, rng=2)
    found = estimate(EFFECT, data, by=PlugIn(draws=2000), rng=3)
    rng = np.random.default_rng(4)
    loop = [by_hand(data.iloc[rng.integers(len(data), size=len(data))]) for _ in range(300)]
    low, high = np.quantile(loop, [0.025, 0.975])
    width = high - low
    assert found.interval[0] == pytest.approx(low, abs=0.15 * width)
    assert found.interval[1] == pytest.approx(high, abs=0.15 * width)


def test_ninety_percent_intervals_cover_about_ninety_percent():
    by = PlugIn(draws=200, level=0.9)
    covered = sum(
        low <= TRUTH <= high
        for low, high in (
            estimate(EFFECT, MODEL.sample(400, rng=seed), by=by, rng=seed).interval
            for seed in range(200)
        )
    )
    assert 165 <= covered <= 193  # 180 expected; three standard deviations are 13


@pytest.mark.parametrize("name", ["front-door", "napkin", "back-door", "m-bias"])
def test_estimates_approach_the_truth(name):
    graph = examples()[name]
    model = random_scm(graph, 5)
    found = estimate(identify(graph, "P(Y=1 | do(X=0))"), model.sample(200_000, rng=6), rng=7)
    assert found.value == pytest.approx(float(model.under(Do(X=0)).law("Y")[1]), abs=0.01)


def test_equal_data_and_seed_give_equal_estimates_whatever_the_order_of_the_rows():
    data = MODEL.sample(500, rng=3)
    shuffled = data.sample(frac=1, random_state=0)[["Y", "X", "Z"]]
    assert estimate(EFFECT, data, rng=5) == estimate(EFFECT, shuffled, rng=5)
    assert estimate(EFFECT, data, rng=5) != estimate(EFFECT, data, rng=6)


def test_a_value_that_does_not_matter_is_chosen_and_told():
    graph = examples()["napkin"]
    data = random_scm(graph, 3).sample(2000, rng=1)
    found = estimate(identify(graph, "P(Y=1 | do(X=1))"), data, rng=2)
    usual = data["Z"].mode()[0]
    assert f"the formula holds for every Z; the number is for Z={usual}" in found.assumptions


def test_a_conditional_without_action_can_be_estimated_too():
    data = MODEL.sample(1000, rng=9)
    found = estimate(identify(BACK_DOOR, "P(Y=1 | X=1)"), data, rng=1)
    assert found.value == pytest.approx(data.loc[data["X"] == 1, "Y"].mean())


def test_words_are_values():
    data = MODEL.sample(500, rng=1).replace({"X": {0: "placebo", 1: "drug"}})
    answer = identify(BACK_DOOR, "P(Y=1 | do(X=drug))")
    assert (
        estimate(answer, data, rng=0).value
        == estimate(EFFECT, MODEL.sample(500, rng=1), rng=0).value
    )


def test_an_empty_cell_that_the_formula_divides_by_is_named():
    data = pd.DataFrame({"Z": [0, 1] * 10, "X": [0, 1] * 10, "Y": [0, 1, 1, 0] * 5})
    with pytest.raises(PositivityError) as error:
        estimate(EFFECT, data, rng=0)
    assert error.value.conditional == "P(Y | X, Z)"
    assert error.value.cells == ("X = 1, Z = 0",)


def test_an_empty_cell_elsewhere_is_no_matter():
    """X = 0 was never seen with Z = 1, but nothing about X = 0 is asked."""
    data = pd.DataFrame({"Z": [0, 0, 1] * 10, "X": [0, 1, 1] * 10, "Y": [0, 1, 1, 0, 1] * 6})
    assert estimate(EFFECT, data, rng=0).n == 30


def test_draws_that_lose_a_cell_are_counted():
    data = pd.DataFrame(
        {"Z": [0] * 30 + [1] * 30, "X": ([1] + [0] * 29) + [0, 1] * 15, "Y": [0, 1] * 30}
    )
    found = estimate(EFFECT, data, rng=0)
    assert 0.25 < found.diagnostics.undefined / found.diagnostics.draws < 0.5  # (1 - 1/60)^60


@pytest.mark.parametrize(
    ("change", "error", "complaint"),
    [
        (
            lambda d: d.head(9),
            TooFewRowsError,
            "9 rows, and a bootstrap interval needs at least 10",
        ),
        (lambda d: d.head(0), DataError, "no rows"),
        (lambda d: d.drop(columns="Z"), UnknownVariableError, "Z is not in the data"),
        (lambda d: d.assign(Y=d["Y"].where(d.index > 3)), DataError, "missing value"),
        (lambda d: d.assign(X=0), DataError, "X is never 1 in the data; it takes 0"),
        (lambda d: d.astype({"Y": str}), DataError, "Y is never 1 in the data; it takes '0', '1'"),
    ],
)
def test_data_that_will_not_do_is_refused(change, error, complaint):
    with pytest.raises(error, match=complaint):
        estimate(EFFECT, change(MODEL.sample(100, rng=0)), rng=0)


def test_questions_without_a_number_are_refused():
    data = MODEL.sample(100, rng=0)
    with pytest.raises(UnsupportedQueryError, match="not identified"):
        estimate(identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y=1 | do(X=1))"), data, rng=0)
    with pytest.raises(QueryError, match="write for instance X=1"):
        estimate(identify(BACK_DOOR, "P(Y=1 | do(X))"), data, rng=0)


@pytest.mark.parametrize("options", [{"level": 95}, {"level": 0}, {"draws": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(OptionError):
        PlugIn(**options)


def test_an_estimate_prints_in_one_line():
    text = str(estimate(EFFECT, MODEL.sample(100, rng=0), rng=0))
    assert text.startswith("P(Y=1 | do(X=1)) = 0.")
    assert text.endswith("n = 100")


def test_zero_times_undefined_is_zero():
    zero, undefined = Replicates(np.array([0.0])), Replicates(np.array([np.nan]))
    assert (zero * undefined).draws == 0
    assert np.isnan((undefined + 1).draws)
    assert (2 / Replicates(np.array([4.0]))).draws == 0.5
