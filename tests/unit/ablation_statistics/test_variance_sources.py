"""Each crossed stream gets its share of the variance: what was put in is found again."""

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.formula.api import ols

import ablation
from ablation import Component, LeaveOneOut, Metric, Study, Trial, Trials
from ablation.errors import StudyError, UnknownNameError
from ablation.plan import plan
from ablation.statistics.sources import REST


def study(crossed, **stated) -> Study:
    parts = [Component("a", switch="a")]
    return Study("toy", "t:t", parts, LeaveOneOut(), [Metric("m")], crossed, config={"a": True})


def run(stated: Study, sds: dict[str, float], rng, lost: int | None = None) -> Trials:
    crossed = stated.streams.crossed
    luck = {name: rng.normal(0, sds[name], count) for name, count in crossed.items()}
    found = []
    for each in plan(stated).trials:
        value = sum(luck[name][each.levels[name]] for name in crossed) + rng.normal(0, sds[REST])
        if each.order != lost:
            found.append(
                Trial(study="toy", condition=each.condition, component=each.component,
                      seed=each.seed, status="done", metrics={"m": value})
            )  # fmt: skip
    return Trials(stated, found)


def test_the_variances_that_were_put_in_are_found_on_average() -> None:
    rng, stated = np.random.default_rng(0), study({"split": 4, "init": 5, "order": 3})
    sds = {"split": 2.0, "init": 1.0, "order": 0.5, REST: 1.0}
    found = [
        ablation.variance_sources(run(stated, sds, rng)).set_index("stream")["variance"]
        for _ in range(400)
    ]
    mean = sum(found) / len(found)
    for name, sd in sds.items():
        error = np.std([each[name] for each in found]) / 20
        # Variances below zero are cut off, so a small one is a little too large on average.
        assert mean[name] == pytest.approx(sd**2, abs=4 * error + (0.1 if name == "order" else 0))


def test_mean_squares_are_those_of_another_program() -> None:
    stated = study({"split": 3, "init": 4})
    trials = run(stated, {"split": 2.0, "init": 1.0, REST: 0.3}, np.random.default_rng(5))
    one = Trials(stated, [each for each in trials if each.condition == "baseline"])
    frame = one.frame()
    frame["split"] = [
        each.levels["split"] for each in plan(stated).trials if each.condition == "baseline"
    ]
    frame["init"] = [
        each.levels["init"] for each in plan(stated).trials if each.condition == "baseline"
    ]
    table = sm.stats.anova_lm(ols("m ~ C(split) + C(init)", frame).fit())
    squares = table["mean_sq"]
    ours = ablation.variance_sources(one).set_index("stream")["variance"]
    assert ours[REST] == pytest.approx(squares["Residual"])
    assert ours["split"] == pytest.approx((squares["C(split)"] - squares["Residual"]) / 4)
    assert ours["init"] == pytest.approx((squares["C(init)"] - squares["Residual"]) / 3)


def test_shares_sum_to_one_and_an_incomplete_condition_is_left_out() -> None:
    stated = study({"split": 3, "init": 4})
    sds = {"split": 2.0, "init": 1.0, REST: 0.3}
    whole = ablation.variance_sources(run(stated, sds, np.random.default_rng(5)))
    assert whole["share"].sum() == pytest.approx(1)
    assert set(whole["conditions"]) == {2}
    part = ablation.variance_sources(run(stated, sds, np.random.default_rng(5), lost=7), "m")
    assert set(part["conditions"]) == {1}
    none = ablation.variance_sources(Trials(stated, []))
    assert none["variance"].isna().all()


def test_streams_that_are_not_crossed_cannot_be_told_apart() -> None:
    for crossed in (5, {"init": 5}):
        with pytest.raises(StudyError, match="cannot be told apart"):
            ablation.variance_sources(Trials(study(crossed), []))
    with pytest.raises(UnknownNameError, match="metric"):
        ablation.variance_sources(Trials(study({"split": 2, "init": 2}), []), "n")
