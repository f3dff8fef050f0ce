"""Trials stand in the order of the plan, the last attempt counts, and nothing else gets in."""

import math

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, Trials
from ablation.errors import AblationError

STUDY = Study(
    "toy",
    "toy:train",
    [Component("a", switch="a")],
    LeaveOneOut(),
    [Metric("accuracy")],
    2,
    config={"a": True},
)


def trial(condition: str = "baseline", seed: int = 0, **said) -> Trial:
    facts = {"study": "toy", "component": None, "status": "done", "metrics": {"accuracy": 0.9}}
    return Trial(condition=condition, seed=seed, **{**facts, **said})


def failed(condition: str = "baseline", seed: int = 0, **said) -> Trial:
    return trial(condition, seed, status="failed", metrics={}, error="ValueError: no", **said)


def test_the_order_in_which_trials_ended_changes_nothing() -> None:
    ended = [trial(name, seed) for name in ("baseline", "without a") for seed in (0, 1)]
    there, back = Trials(STUDY, ended), Trials(STUDY, reversed(ended))
    assert list(there) == list(back)
    assert [(each.condition, each.seed) for each in there] == [
        (each.condition, each.seed) for each in there.planned
    ]


def test_of_several_attempts_the_last_counts_and_all_are_kept() -> None:
    trials = Trials(STUDY, [trial(attempt=2), failed(attempt=1), failed(seed=1)])
    assert [each.status for each in trials] == ["done", "failed"]
    assert len(trials.attempts) == 3
    assert len(trials.missing) == 2


def test_the_table_has_a_row_a_trial_and_a_column_a_metric() -> None:
    trials = Trials(STUDY, [trial(metrics={"accuracy": 0.9, "loss": 1}), failed(seed=1)])
    frame = trials.frame()
    assert list(frame.columns) == [
        "study", "condition", "component", "seed", "status", "attempt", "error",
        "wall_s", "cpu_s", "accuracy", "loss",
    ]  # fmt: skip
    assert frame["accuracy"].tolist()[0] == 0.9
    assert math.isnan(frame["accuracy"].tolist()[1])


def test_a_metric_called_as_a_column_of_every_table_takes_nothing_from_it() -> None:
    said = {"accuracy": 0.9, "seed": 7, "metric seed": 8, "status": 3, "config": 4}
    (row,) = Trials(STUDY, [trial(metrics=said)]).frame().to_dict("records")
    assert (row["seed"], row["status"]) == (0, "done")
    found = [row[f"metric {name}"] for name in ("seed", "metric seed", "status", "config")]
    assert found == [7, 8, 3, 4]


@pytest.mark.parametrize(
    "stranger", [trial("without b"), trial(seed=2), trial(study="another")], ids=str
)
def test_a_trial_that_was_not_planned_is_refused(stranger: Trial) -> None:
    with pytest.raises(AblationError, match="not in the plan"):
        Trials(STUDY, [stranger])


def test_a_trial_is_done_with_numbers_or_failed_with_a_reason() -> None:
    with pytest.raises(AblationError, match="nan"):
        trial(metrics={"accuracy": float("nan")})
    with pytest.raises(AblationError, match="failed trial says why"):
        trial(status="failed", metrics={})
    with pytest.raises(AblationError, match="failed trial says why"):
        trial(error="ValueError: no")


def test_a_slice_is_a_tuple_of_trials() -> None:
    trials = Trials(STUDY, [trial(), trial(seed=1)])
    assert trials[:1] == (trials[0],)
    assert trials == Trials(STUDY, [trial(), trial(seed=1)])
    assert "2 of 4, 0 failed" in repr(trials)
