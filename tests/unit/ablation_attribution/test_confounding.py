"""A confounded log is read as the run graph says, by a formula that other roads confirm."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import causal
from ablation.attribution.confounding import (
    AdjustedEffect,
    ConfoundedError,
    UnusableLogError,
    adjusted_effect,
)

HIDDEN = "Jitter <-> Epochs; Jitter -> Accuracy; Epochs -> Accuracy"
EPOCHS = np.array([2, 4, 8])
LEVEL = {2: 0.4, 4: 0.7, 8: 0.9}
WORTH = {2: -0.10, 4: -0.08, 8: -0.05}


def logged(n: int, seed: int) -> pd.DataFrame:
    """Runs of a laboratory that jitters when it has time, and then trains longer as well."""
    rng = np.random.default_rng(seed)
    busy = rng.random(n) < 0.5
    epochs = np.where(
        busy, rng.choice(EPOCHS, n, p=[0.6, 0.3, 0.1]), rng.choice(EPOCHS, n, p=[0.1, 0.3, 0.6])
    )
    jitter = (rng.random(n) < np.where(busy, 0.15, 0.85)).astype(int)
    accuracy = [
        LEVEL[e] + WORTH[e] * j + 0.05 * rng.normal() for e, j in zip(epochs, jitter, strict=True)
    ]
    return pd.DataFrame({"Jitter": jitter, "Epochs": epochs, "Accuracy": accuracy})


TRUTH = sum((0.35 if e != 4 else 0.3) * WORTH[e] for e in WORTH)


def jitter_effect(log: pd.DataFrame, graph: str = HIDDEN) -> AdjustedEffect:
    return adjusted_effect(log, graph, component="Jitter", metric="Accuracy")


def stratified(log: pd.DataFrame) -> float:
    """The back-door formula by hand: the difference in every stratum, weighted by its size."""
    means = log.groupby(["Epochs", "Jitter"])["Accuracy"].mean().unstack()
    share = log["Epochs"].value_counts(normalize=True)
    return float(((means[1] - means[0]) * share).sum())


@pytest.mark.parametrize("seed", range(3))
def test_the_back_door_estimate_is_the_stratified_one(seed: int) -> None:
    log = logged(80, seed)
    assert jitter_effect(log).adjusted.value == pytest.approx(stratified(log), abs=1e-12)


def test_the_interval_is_the_jackknife_by_deleting_rows() -> None:
    log = logged(60, 2)
    left = np.array([stratified(log.drop(index=row)) for row in log.index])
    error = np.sqrt((len(log) - 1) / len(log) * ((left - left.mean()) ** 2).sum())
    margin = stats.t.ppf(0.95, len(log) - 1) * error
    found = adjusted_effect(log, HIDDEN, component="Jitter", metric="Accuracy", level=0.9)
    assert found.adjusted.upper - found.adjusted.value == pytest.approx(margin, rel=1e-9)
    assert found.adjusted.value - found.adjusted.lower == pytest.approx(margin, rel=1e-9)


def test_the_adjusted_interval_covers_the_truth_and_the_naive_one_does_not() -> None:
    covered, seen = [], []
    for seed in range(200):
        found = jitter_effect(logged(120, seed))
        covered.append(found.adjusted.lower <= TRUTH <= found.adjusted.upper)
        seen.append([found.adjusted.value, found.naive.value])
    adjusted, naive = np.mean(seen, axis=0)
    assert stats.binomtest(sum(covered), 200, 0.95).pvalue > 0.001
    assert abs(adjusted - TRUTH) < 0.004
    assert naive - TRUTH > 0.15


def test_the_front_door_is_used_where_the_back_door_is_closed() -> None:
    """Pearl 2009, theorem 3.3.4, by hand: through the mediator, whose cause is known."""
    rng = np.random.default_rng(5)
    hidden = rng.random(500) < 0.5
    on = (rng.random(500) < np.where(hidden, 0.8, 0.3)).astype(int)
    steps = (rng.random(500) < np.where(on == 1, 0.7, 0.2)).astype(int)
    score = np.round(0.3 + 0.2 * steps + 0.3 * hidden + 0.1 * rng.random(500), 2)
    log = pd.DataFrame({"On": on, "Steps": steps, "Score": score})
    found = adjusted_effect(
        log, "On -> Steps -> Score; On <-> Score", component="On", metric="Score"
    )
    through = log.groupby("On")["Steps"].value_counts(normalize=True).unstack()
    beyond = log.groupby(["Steps", "On"])["Score"].mean().unstack() @ log["On"].value_counts(
        normalize=True
    )
    by_hand = ((through.loc[1] - through.loc[0]) * beyond).sum()
    assert found.adjusted.value == pytest.approx(by_hand, abs=1e-12)
    assert found.adjusts_for == ("Steps",)
    assert found.adjusted.lower < 0.1 < found.adjusted.upper


def test_what_lies_on_the_way_is_not_adjusted_for() -> None:
    log = logged(100, 1).assign(Minutes=1.0)
    found = jitter_effect(log, "Jitter -> Minutes -> Accuracy; Jitter -> Accuracy")
    assert found.adjusts_for == ()
    assert found.adjusted.value == pytest.approx(found.naive.value, abs=1e-12)


def test_a_component_that_reaches_nothing_has_no_effect() -> None:
    found = jitter_effect(logged(40, 0), "Accuracy -> Jitter; Epochs -> Accuracy")
    assert (found.adjusted.value, found.adjusted.lower, found.adjusted.upper) == (0, 0, 0)
    assert found.naive.value != 0


def test_names_may_hold_spaces_and_quotes() -> None:
    log = logged(60, 0).rename(columns={"Jitter": 'the "jitter"', "Accuracy": "test accuracy"})
    graph = causal.ADMG.of(
        directed=[('the "jitter"', "test accuracy"), ("Epochs", "test accuracy")],
        bidirected=[('the "jitter"', "Epochs")],
    )
    found = adjusted_effect(log, graph, component='the "jitter"', metric="test accuracy")
    assert found.adjusted == jitter_effect(logged(60, 0)).adjusted


def test_the_answer_counts_the_runs_it_rests_on() -> None:
    log = logged(90, 4)
    found = jitter_effect(log)
    assert found.n == found.positivity.to_numpy().sum() == 90
    assert found.positivity.loc[2, 1] == ((log["Epochs"] == 2) & (log["Jitter"] == 1)).sum()
    assert found.formula == (
        "P(Accuracy | do(Jitter)) = Σ_{Epochs} P(Accuracy | Epochs, Jitter) P(Epochs)"
    )


def test_the_row_order_does_not_matter() -> None:
    log = logged(70, 8)
    turned = jitter_effect(log.iloc[::-1].reset_index(drop=True))
    assert turned.adjusted.value == pytest.approx(jitter_effect(log).adjusted.value, abs=1e-12)
    assert turned.adjusted.upper == pytest.approx(jitter_effect(log).adjusted.upper, abs=1e-12)


def test_a_hidden_cause_of_both_is_refused_with_its_hedge() -> None:
    with pytest.raises(ConfoundedError, match="hidden causes") as refused:
        jitter_effect(logged(50, 0), "Jitter -> Accuracy; Jitter <-> Accuracy")
    assert isinstance(refused.value.answer, causal.NotIdentified)
    assert refused.value.answer.hedge.inner == {"Accuracy"}


def test_an_empty_cell_is_refused_by_name() -> None:
    log = logged(120, 0)
    log = log[(log["Jitter"] == 0) | (log["Epochs"] != 2)]
    with pytest.raises(causal.CausalError, match="Epochs = 2, Jitter = 1"):
        jitter_effect(log)


def test_a_cell_with_one_run_is_refused_by_name() -> None:
    log = logged(120, 0)
    few = log.index[(log["Jitter"] == 1) & (log["Epochs"] == 2)]
    with pytest.raises(UnusableLogError, match="one run alone has Epochs = 2, Jitter = 1"):
        jitter_effect(log.drop(index=few[1:]))


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (logged(9, 0), "has 9 runs; an interval by resampling needs 10"),
        (logged(20, 0).assign(Jitter=[2] + [0, 1] * 9 + [1]), "Jitter is 2 in some runs"),
        (logged(20, 0).assign(Jitter=1), "Jitter is 0 in fewer than two runs"),
        (logged(20, 0).assign(Accuracy=[np.nan] + [0.5] * 19), "missing or infinite"),
    ],
)
def test_a_log_without_an_honest_number_is_refused(log: pd.DataFrame, words: str) -> None:
    with pytest.raises(UnusableLogError, match=words):
        jitter_effect(log)


def test_a_column_that_is_not_in_the_graph_is_named() -> None:
    with pytest.raises(causal.CausalError, match=r"Jiter is not in the graph.*Did you mean Jitter"):
        adjusted_effect(logged(20, 0), HIDDEN, component="Jiter", metric="Accuracy")
