"""A plan runs every condition of any design once a seed, and says how each comes about."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import (
    AddOneIn,
    Component,
    FractionalFactorial,
    FullFactorial,
    GroupScreening,
    LeaveOneOut,
    Mean,
    Metric,
    Pairs,
    PlackettBurman,
    RandomMasks,
    Seeds,
    Shapley,
    ShapleySampling,
    Study,
)
from ablation.canonical import digest
from ablation.design.condition import condition
from ablation.design.naming import Naming
from ablation.errors import DuplicateNameError, StudyError
from ablation.plan import contrasts, lay_out, plan, plasticity
from ablation.study import Streams

DESIGNS = [
    LeaveOneOut(), AddOneIn(), Pairs(), FullFactorial(), FractionalFactorial(3), PlackettBurman(),
    PlackettBurman(folded=True), Shapley(), ShapleySampling(4), GroupScreening(size=2),
    RandomMasks(masks=9),
]  # fmt: skip


def study(design, count: int = 5, seeds: object = 3, **stated) -> Study:
    parts = [Component(f"c{index}", switch=f"c{index}") for index in range(count)]
    config = {each.name: True for each in parts}
    said = {"config": config, **stated}
    return Study("toy", "toy:train", parts, design, [Metric("m")], seeds, **said)


@pytest.mark.parametrize("design", DESIGNS, ids=str)
@given(
    count=st.integers(2, 6), seeds=st.lists(st.integers(0, 99), unique=True, min_size=1, max_size=4)
)
def test_every_condition_of_a_design_is_run_once_in_its_block(design, count, seeds) -> None:
    if design == RandomMasks(masks=9):
        count = max(count, 4)  # fewer have no nine masks that differ
    stated = study(design, count, seeds)
    laid = plan(stated)
    assert [each.order for each in laid.trials] == [*range(len(laid.trials))]
    assert len({each.key for each in laid.trials}) == len(laid.trials)
    blocks = [each.seed for each in laid.trials]
    assert [seed for seed, after in pairwise([*blocks, None]) if seed != after] == seeds
    for seed in seeds:
        own = [each.condition for each in laid.trials if each.seed == seed]
        asked = [each.name for each in design.at(seed).conditions(stated.components)]
        assert Counter(own) == Counter(asked)
        assert len({*asked}) == len(asked)
    assert {each.name for each in laid.conditions} == {each.condition for each in laid.trials}
    assert {each.name for each in stated.conditions} == {each.condition for each in laid.trials}


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_what_is_off_in_a_condition_is_off_in_its_configuration(design) -> None:
    stated = study(design)
    by_name = {each.name: each for each in stated.conditions}
    for each in plan(stated).trials:
        off = {key for key, value in each.config.items() if value is False}
        assert off == {one.name for one in by_name[each.condition].off}
        assert each.key == digest(
            {"study": "toy", "system": "toy:train", "config": each.config, "seed": each.seed}
        )


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_contrasts_weigh_only_what_their_block_runs(design) -> None:
    stated = study(design)
    for seed in stated.seeds:
        run = {each.name for each in design.at(seed).conditions(stated.components)}
        for each in (
            *contrasts(stated, design.at(seed)),
            *design.at(seed).interactions(stated.components),
        ):
            assert each.weights.keys() <= run


@given(st.integers(1, 6), st.integers(2, 9), st.integers(0, 3))
def test_more_baselines_stand_between_the_blocks_with_seeds_of_their_own(
    count, seeds, more
) -> None:
    stated = study(LeaveOneOut(), count, seeds, baseline=seeds + more)
    laid = plan(stated)
    baselines = [each.seed for each in laid.trials if each.condition == "baseline"]
    assert len(baselines) == len({*baselines}) == seeds + more
    assert {each.seed for each in laid.trials if each.condition != "baseline"} == {*range(seeds)}
    assert [each.order for each in laid.trials] == [*range(len(laid.trials))]


def test_the_square_root_of_the_arms_is_how_many_times_the_baseline_runs_more() -> None:
    laid = plan(study(LeaveOneOut(), 16, 5, baseline="sqrt"))
    counted = Counter(each.condition for each in laid.trials)
    assert counted.pop("baseline") == 20
    assert {*counted.values()} == {5}
    places = [each.order for each in laid.trials if each.seed > 4]
    assert max(after - before for before, after in pairwise(places)) < 40  # all along the study


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"baseline": 2}, "one a seed"),
        ({"baseline": "root"}, '"sqrt"'),
        ({"baseline": 9, "seeds": {"init": 2, "split": 2}}, "crossed seeds"),
        ({"baseline": 9, "design": FullFactorial()}, "the design full-factorial"),
    ],
)
def test_more_baselines_are_refused_where_they_mean_nothing(stated, says: str) -> None:
    said = {"design": LeaveOneOut(), **stated}
    with pytest.raises(StudyError, match=says):
        study(said.pop("design"), **said)


def test_streams_are_held_or_crossed_as_stated() -> None:
    stated = study(LeaveOneOut(), 2, {"split": 2, "init": 3}, held=["evaluation"])
    levels = {each.seed: dict(each.levels) for each in plan(stated).trials}
    assert len(levels) == 6
    assert {(each["split"], each["init"]) for each in levels.values()} == {
        (split, init) for split in (0, 1) for init in (0, 1, 2)
    }
    assert {each["evaluation"] for each in levels.values()} == {0}
    drawn = {seed: Seeds("toy", seed, own) for seed, own in levels.items()}
    assert len({each["split"] for each in drawn.values()}) == 2
    assert len({each["init head.weight"] for each in drawn.values()}) == 3
    assert len({each["evaluation"] for each in drawn.values()}) == 1
    assert len({each["dropout"] for each in drawn.values()}) == 6
    keys = {each.key for each in plan(stated).trials}
    plain = {each.key for each in plan(study(LeaveOneOut(), 2, 6)).trials}
    assert not keys & plain


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(2, 4), min_size=1, max_size=3))
def test_crossing_runs_every_combination_once(crossed: dict[str, int]) -> None:
    streams = Streams(crossed=crossed)
    found = [
        tuple(streams.levels(block, range(streams.blocks)).items())
        for block in range(streams.blocks)
    ]
    assert len({*found}) == streams.blocks
    for name, count in crossed.items():
        assert {*Counter(dict(each)[name] for each in found).values()} == {streams.blocks // count}


def lab(design, *components: Component, **stated) -> Study:
    parts = components or (
        Component("both", switch="both", module="blocks.*", by=Mean()),
        Component("patched", module="head"),
        Component("trained", switch="trained"),
    )
    config = {each.key: True for each in parts if each.key}
    return Study("lab", "lab:train", parts, design, [Metric("m")], 2, config=config, **stated)


def test_a_component_is_declared_once_and_realised_both_ways() -> None:
    laid = plan(lab(LeaveOneOut(), evaluate="lab:evaluate"))
    assert {each.name: (each.how, each.changes) for each in laid.conditions} == {
        "baseline": ("trained", ""),
        "without both": ("trained", "both = false"),
        "without both at inference": ("patched", "mean in blocks.*"),
        "without patched": ("patched", "zero in head"),
        "without trained": ("trained", "trained = false"),
    }
    assert laid.not_run == ()
    at_inference = next(each for each in laid.trials if each.patches and "both" in each.condition)
    assert at_inference.config == {"both": True, "trained": True}
    assert at_inference.patches == (("blocks.*", "mean"),)
    assert len({each.key for each in laid.trials}) == len(laid.trials)


def test_without_evaluate_nothing_is_patched_and_that_is_said() -> None:
    laid = plan(lab(LeaveOneOut()))
    assert [each.name for each in laid.conditions] == [
        "baseline",
        "without both",
        "without trained",
    ]
    (left,) = laid.not_run
    assert left.condition == "without patched"
    assert "evaluate(trained, config, seeds)" in left.reason
    with pytest.raises(StudyError, match="needs every run"):
        plan(lab(FullFactorial()))
    assert len(lay_out(lab(FullFactorial())).not_run) == 4


def test_a_factorial_mixes_what_is_trained_and_what_is_patched() -> None:
    laid = plan(lab(FullFactorial(), evaluate="lab:evaluate"))
    how = {each.name: each for each in laid.conditions}
    assert how["nothing on"].how == "trained and patched"
    assert how["nothing on"].patches == (("head", "zero"),)
    assert how["only trained"].how == "trained and patched"
    assert how["only trained at inference"].patches == (("blocks.*", "mean"), ("head", "zero"))
    assert {each.how for each in laid.conditions} == {"trained", "patched", "trained and patched"}


def test_effects_are_asked_in_both_ways_and_plasticity_is_their_difference() -> None:
    stated = lab(LeaveOneOut(), evaluate="lab:evaluate")
    names = [each.name for each in contrasts(stated, stated.design)]
    assert names == ["both", "patched", "trained", "both at inference"]
    (gap,) = plasticity(stated, stated.design)
    assert gap.weights == {"without both at inference": 1.0, "without both": -1.0}


def test_a_name_that_would_stand_for_two_conditions_is_refused() -> None:
    twice = (
        Component("a", switch="a", module="a"),
        Component("a at inference", switch="b"),
    )
    with pytest.raises(DuplicateNameError, match="condition"):
        plan(lab(LeaveOneOut(), *twice, evaluate="lab:evaluate"))
    with pytest.raises(DuplicateNameError, match="condition"):
        lab(Pairs(), *(Component(name, switch=name) for name in ("a", "b", "a and b")))


@given(st.integers(1, 90), st.data())
def test_masks_of_one_study_have_names_of_their_own(count: int, data) -> None:
    parts = [Component(f"part {index}", switch=f"c{index}") for index in range(count)]
    masks = data.draw(st.lists(st.integers(0, 2**count - 1), unique=True, max_size=20))
    names = [condition(parts, mask).name for mask in masks]
    assert len({*names}) == len(names)
    assert all(len(name) < 100 for name in names)


@given(st.integers(13, 64), st.data())
def test_the_number_of_a_condition_says_what_is_off_in_it(count: int, data) -> None:
    """So no two conditions of up to 64 components can share a name."""
    names = data.draw(st.permutations([f"part {index}" for index in range(count)]))
    parts = [Component(name, switch=name) for name in names]
    off = data.draw(st.sets(st.sampled_from(names), min_size=7, max_size=count - 6))
    mask = sum(1 << place for place, name in enumerate(names) if name in off)
    found = re.fullmatch(r"(\d+) of (\d+) on, ([0-9a-f]+)", condition(parts, mask).name)
    if count - len(off) == 6:
        assert found is None
        return
    assert [int(found[1]), int(found[2])] == [count - len(off), count]
    assert {name for k, name in enumerate(sorted(names)) if int(found[3], 16) >> k & 1} == off


def test_two_conditions_of_one_number_are_refused_whichever_blocks_they_are_in(monkeypatch) -> None:
    stated = study(RandomMasks(masks=80), 70, 2)
    laid = plan(stated)
    first, second = (each.name for each in laid.conditions[1:82:80])
    alike = {second: first}
    spelled = Naming.of
    monkeypatch.setattr(Naming, "of", lambda self, mask: alike.get(*2 * [spelled(self, mask)]))
    with pytest.raises(DuplicateNameError, match=first):
        plan(stated)
