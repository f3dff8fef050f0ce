"""A plan has every trial once, block by block, and is the same wherever it is made."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import (
    Component,
    FullFactorial,
    LeaveOneOut,
    Metric,
    Pairs,
    RandomMasks,
    ShapleySampling,
    Study,
)
from ablation.canonical import digest, plain
from ablation.errors import StudyError
from ablation.plan import plan


def study(parts: int = 3, seeds: object = 4, name: str = "toy", **stated) -> Study:
    config = {f"c{index}": True for index in range(parts)}
    components = [Component(key, switch=key) for key in config]
    said = {"config": config, "metrics": [Metric("m")], **stated}
    return Study(name, "toy:train", components, LeaveOneOut(), seeds=seeds, **said)


@given(st.integers(1, 6), st.lists(st.integers(0, 99), unique=True, min_size=1, max_size=5))
def test_every_condition_is_run_once_with_every_seed_and_blocks_stay_together(
    parts: int, seeds: list[int]
) -> None:
    trials = plan(study(parts, seeds)).trials
    assert Counter((each.condition, each.seed) for each in trials) == Counter(
        (name, seed)
        for name in ["baseline", *(f"without c{index}" for index in range(parts))]
        for seed in seeds
    )
    assert [each.seed for each in trials[:: parts + 1]] == seeds
    assert all(
        {each.seed for each in trials[start : start + parts + 1]} == {seed}
        for start, seed in zip(range(0, len(trials), parts + 1), seeds, strict=True)
    )


def test_a_trial_differs_from_the_baseline_in_its_switch_only() -> None:
    for each in plan(study(3)).trials:
        off = {key for key, value in each.config.items() if value is False}
        assert off == ({each.component} if each.component else set())


def test_keys_tell_trials_apart_and_do_not_depend_on_the_order_of_components() -> None:
    first = plan(study(3)).trials
    turned = Study.from_definition(
        {**study(3).definition(), "components": study(3).definition()["components"][::-1]}
    )
    assert len({each.key for each in first}) == len(first)
    assert {each.key for each in plan(turned).trials} == {each.key for each in first}
    assert not {each.key for each in plan(study(3, name="other")).trials} & {
        each.key for each in first
    }


@pytest.mark.parametrize(
    "design",
    [RandomMasks(), ShapleySampling(2), FullFactorial(), Pairs()],
    ids=lambda one: one.name,
)
@pytest.mark.parametrize("nested", [False, True])
def test_a_trial_is_known_by_the_digest_of_its_configuration(design, nested: bool) -> None:
    """Planning writes texts of its own, fast; the plain road over each condition must agree."""
    config = {"b": True, "é": 0.0, "a": [1, {"x": 2}], "c": {"d": 1}}
    offs = {"b": False, "é": -0.0 if nested else 1, "a": (), "c.d" if nested else "c": "\u2028"}
    parts = [Component(f"no {key}", switch=key, off=off) for key, off in offs.items() if key != "é"]
    parts += [Component("less", switch="é", off=0.5), Component("more", switch="é", off=2)]
    stated = Study("toy", "toy:train", parts, design, [Metric("m")], 3, config=config)
    laid = plan(stated)
    conditions = {each.name: each.condition for each in laid.conditions}
    for each in laid.trials:
        assert plain(each.config) == plain(conditions[each.condition].configured(stated.config))
        said = {"config": plain(each.config), "seed": each.seed, "study": "toy"}
        assert each.key == digest({**said, "system": "toy:train"})


def test_order_inside_blocks_is_mixed_over_seeds() -> None:
    """With 4 conditions the baseline stands first in a quarter of the blocks, not in all."""
    trials = plan(study(3, 400)).trials
    firsts = Counter(each.condition for each in trials[::4])
    assert all(60 < count < 140 for count in firsts.values()), firsts


def test_a_plan_is_the_same_in_every_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from test_plan_laws import study\n"
        "from ablation.plan import plan\n"
        "print(plan(study()).digest)"
    )
    folder = __file__.rpartition("/")[0]
    for hash_seed in ("1", "2"):
        digest = subprocess.run(
            [sys.executable, "-c", code, folder],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        assert digest == plan(study()).digest


def test_what_training_cannot_show_is_listed_as_not_run() -> None:
    config = {"a": True}
    parts = [Component("a", switch="a"), Component("heads", module="blocks.*.attn")]
    laid = plan(Study("toy", "t:t", parts, LeaveOneOut(), [Metric("m")], 2, config=config))
    assert len(laid.trials) == 4
    (left_out,) = laid.not_run
    assert left_out.condition == "without heads"
    assert "zero in blocks.*.attn" in left_out.reason


def test_a_study_that_training_cannot_answer_at_all_is_refused() -> None:
    heads = Component("heads", module="blocks.*.attn")
    with pytest.raises(StudyError, match="no component with a switch"):
        plan(Study("toy", "t:t", [heads], LeaveOneOut(), [Metric("m")], 2))
