"""The page tells the stated contrasts, and the correction that the study really uses."""

import pytest

from ablation import Component, Contrast, LeaveOneOut, Metric, Study, Trial, Trials
from ablation.plan import lay_out
from ablation.report.study import study_page


def page(seeds=4, contrasts=(), **said) -> str:
    parts = [Component(name, switch=name) for name in "ab"]
    study = Study(
        "toy", "t:t", parts, LeaveOneOut(), [Metric("m"), Metric("loss", higher_is_better=False)],
        seeds, config={"a": True, "b": True}, contrasts=contrasts, **said,
    )  # fmt: skip
    values = [
        (each, each.config["a"] + 0.1 * each.config["b"] + 0.01 * (each.seed * number % 7))
        for number, each in enumerate(lay_out(study).trials)
    ]
    trials = [
        Trial(
            study="toy", condition=each.condition, component=each.component, seed=each.seed,
            status="done", metrics={"m": value, "loss": -value},
        )
        for each, value in values
    ]  # fmt: skip
    return study_page(Trials(study, trials)).render()


def test_stated_contrasts_are_told_for_every_metric() -> None:
    told = page(contrasts=[Contrast("a against b", ["without b"], ["without a"])])
    assert "What else was asked: m" in told
    assert "What else was asked: loss" in told
    assert told.count(">a against b<") == 2
    assert "What else was asked" not in page()


@pytest.mark.parametrize(
    ("correction", "promise"),
    [
        ("holm", "together (Holm): 95 % of studies should make no false one"),
        ("bonferroni", "together (Bonferroni): 95 % of studies"),
        ("benjamini-hochberg", "(Benjamini and Hochberg): of all that are made, 95 % are right"),
        ("none", "are not adjusted, as the study states"),
    ],
)
def test_the_page_promises_what_the_correction_holds(correction: str, promise: str) -> None:
    told = page(correction=correction).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert promise in told.replace("\xa0", " ")


def test_the_page_says_that_crossed_streams_count_levels() -> None:
    assert "Seeds are crossed by split and init" in page(seeds={"split": 2, "init": 2})
    assert "Seeds are crossed" not in page()
