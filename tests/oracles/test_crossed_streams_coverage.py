"""Where an effect depends on a crossed stream, intervals hold for other levels of it too."""

import numpy as np
import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, Trials, effects
from ablation.statistics.comparison import Comparison
from ablation.statistics.crossing import by_levels, levels_of
from ablation.statistics.methods import paired

STUDIES = 1500


def stated(split: int, init: int) -> Study:
    part = Component("mlp", switch="mlp")
    seeds = {"split": split, "init": init}
    return Study(
        "toy", "toy:train", [part], LeaveOneOut(), [Metric("m")], seeds, config={"mlp": True}
    )


def covered(split: int, init: int, by_split: float, rest: float) -> tuple[float, float]:
    """Count how often 0 is in the interval by levels, and in the paired one."""
    rng = np.random.default_rng([split, init])
    levels = levels_of(stated(split, init))
    held = np.zeros(2)
    for _ in range(STUDIES):
        drawn = rng.normal(0, by_split, (split, 1)) + rng.normal(0, rest, (split, init))
        on = dict(enumerate(drawn.ravel().tolist()))
        one = Comparison(component="mlp", baseline=on, ablated=dict.fromkeys(on, 0.0))
        own = paired(one)
        for place, each in enumerate((by_levels(one, own, levels), own)):
            low, high = each.interval(0.95)
            held[place] += low <= 0 <= high
    return tuple(held / STUDIES)


@pytest.mark.parametrize("shape", [(2, 3), (3, 5), (5, 5)])
def test_an_effect_that_depends_on_the_split_is_covered(shape: tuple[int, int]) -> None:
    by_level, by_block = covered(*shape, by_split=0.5, rest=0.2)
    assert by_level > 0.91
    assert by_block < 0.75


def test_an_effect_that_depends_on_no_stream_is_covered_as_well() -> None:
    by_level, by_block = covered(3, 5, by_split=0.0, rest=1.0)
    assert by_level >= by_block > 0.93


def test_with_one_block_a_split_it_is_the_paired_t_over_splits() -> None:
    """Where nothing but the split varies, six blocks say what two splits say."""
    study = stated(2, 3)
    found = {0: 1.0, 1: 3.0}
    values = {block: found[level] for block, level in levels_of(study)["split"].items()}
    runs = [
        Trial(
            study="toy", condition=condition, component=name, seed=seed, status="done",
            metrics={"m": value if name is None else 0.0},
        )
        for condition, name in (("baseline", None), ("without mlp", "mlp"))
        for seed, value in values.items()
    ]  # fmt: skip
    (row,) = effects(Trials(study, runs)).to_dict("records")
    own = paired(Comparison(component="mlp", baseline=found, ablated=dict.fromkeys(found, 0.0)))
    assert (row["effect"], row["df"]) == (2.0, 1.0)
    assert (row["lower"], row["upper"]) == pytest.approx(own.interval(0.95))
    assert row["method"].endswith("by levels of split and init")


def test_one_level_left_of_a_stream_gives_no_interval() -> None:
    levels = levels_of(stated(2, 3))
    on = {0: 1.0, 1: 2.0, 2: 4.0}  # the second split failed
    one = Comparison(component="mlp", baseline=on, ablated=dict.fromkeys(on, 0.0))
    found = by_levels(one, paired(one), levels)
    assert np.isnan(found.se)
    assert found.note == "no interval: one level of split finished"
