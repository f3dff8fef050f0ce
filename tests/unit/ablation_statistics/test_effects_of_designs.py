"""Every design is read by its own contrasts: no main effect is taken for a component left out."""

import numpy as np
import pytest
from scipy import stats
from strategies.second_opinions import corrected

import ablation
from ablation import (
    AddOneIn,
    Component,
    Contrast,
    FractionalFactorial,
    FullFactorial,
    GroupScreening,
    LeaveOneOut,
    Metric,
    Pairs,
    PlackettBurman,
    RandomMasks,
    Shapley,
    ShapleySampling,
    Study,
    Trial,
    Trials,
)
from ablation.plan import lay_out
from ablation.statistics import PairedT, Welch
from ablation.statistics.effects import NOT_RUN
from ablation.statistics.multiplicity import benjamini_hochberg, bonferroni, holm

WEIGHT = {"c0": 3.0, "c1": -1.0, "c2": 0.0, "c3": 0.5, "c4": 2.0}


def study(design, seeds: object = 4, components=None, **stated) -> Study:
    parts = components or [Component(name, switch=name) for name in WEIGHT]
    config = {each.key: True for each in parts if each.key}
    return Study("toy", "t:t", parts, design, [Metric("m", equivalence=0.05)], seeds,
                 config=config, **stated)  # fmt: skip


def run(stated: Study, value, noise: float = 0.01) -> Trials:
    """Run every planned trial by a formula of what is on, with the luck of its seed."""
    rng = np.random.default_rng(11)
    luck = {seed: rng.normal(0, 5) for seed in (*stated.seeds, *stated.extra_seeds)}
    by_name = {
        each.name: {one.name for one in each.condition.off} for each in lay_out(stated).conditions
    }
    return Trials(
        stated,
        [
            Trial(
                study="toy", condition=each.condition, component=each.component, seed=each.seed,
                status="done",
                metrics={"m": value({*WEIGHT} - by_name[each.condition], each)
                         + luck[each.seed] + noise * rng.normal()},
            )
            for each in lay_out(stated).trials
        ],
    )  # fmt: skip


def added(on, _trial=None) -> float:
    return sum(WEIGHT[name] for name in on)


@pytest.mark.parametrize(
    "design",
    [
        LeaveOneOut(), AddOneIn(), Pairs(), FullFactorial(), FractionalFactorial(3),
        PlackettBurman(), PlackettBurman(folded=True), Shapley(), ShapleySampling(4), RandomMasks(),
    ],
    ids=str,
)  # fmt: skip
def test_every_design_estimates_the_weights_of_a_sum(design) -> None:
    table = ablation.effects(run(study(design), added))
    assert table["component"].tolist() == [*WEIGHT]
    assert table["effect"].to_numpy() == pytest.approx([*WEIGHT.values()], abs=0.05)
    assert (table["n"] == 4).all()
    assert (table["baseline"] - table["ablated"]).to_numpy() == pytest.approx(table["effect"])
    verdicts = dict(zip(table["component"], table["verdict"], strict=True))
    assert verdicts["c0"] == verdicts["c4"] == "matters"
    assert verdicts["c1"] == "hurts"
    assert verdicts["c2"] in ("equivalent", "undecided")


def test_what_a_design_cannot_tell_apart_is_noted_beside_the_number() -> None:
    plain = ablation.effects(run(study(LeaveOneOut()), added))
    assert not plain["note"].str.contains("cannot be told").any()
    burman = ablation.effects(run(study(PlackettBurman()), added))
    assert burman["note"].str.contains("cannot be told from a share of every interaction").all()
    third = ablation.effects(run(study(FractionalFactorial(3)), added))
    assert third.set_index("component").loc["c0", "note"].startswith("cannot be told from c1 x")


def test_leaving_out_and_adding_in_disagree_about_two_that_stand_in_for_each_other() -> None:
    def either(on, _trial) -> float:
        return 4.0 * ("c0" in on or "c1" in on)

    out = ablation.effects(run(study(LeaveOneOut()), either)).set_index("component")["effect"]
    within = ablation.effects(run(study(AddOneIn()), either)).set_index("component")["effect"]
    shared = ablation.effects(run(study(Shapley()), either)).set_index("component")["effect"]
    assert out["c0"] == pytest.approx(0, abs=0.05)
    assert within["c0"] == pytest.approx(4, abs=0.05)
    assert shared["c0"] == pytest.approx(2, abs=0.05)
    pairs = ablation.interactions(run(study(Pairs()), either)).set_index("component")
    assert pairs.loc["c0 x c1", "effect"] == pytest.approx(-4, abs=0.1)
    assert pairs.loc["c0 x c1", "verdict"] == "hurts"
    assert pairs.loc["c2 x c3", "effect"] == pytest.approx(0, abs=0.1)
    factorial = ablation.interactions(run(study(FullFactorial()), either)).set_index("component")
    assert factorial.loc["c0 x c1", "effect"] == pytest.approx(-4, abs=0.1)
    assert len(ablation.interactions(run(study(LeaveOneOut()), either))) == 0


def test_a_group_is_estimated_as_a_group() -> None:
    design = GroupScreening({"first": ["c0", "c1"], "rest": ["c2", "c3", "c4"]})
    table = ablation.effects(run(study(design), added)).set_index("component")
    assert table["effect"].to_dict() == pytest.approx({"first": 2.0, "rest": 2.5}, abs=0.05)


def test_a_seed_with_a_failed_run_is_left_out_of_what_weighs_that_run_and_that_is_said() -> None:
    trials = run(study(FullFactorial(), seeds=5), added)
    lost = next(each for each in trials if each.condition == "without c0" and each.seed == 2)
    failed = [
        each if each is not lost else Trial(
            study="toy", condition=lost.condition, component="c0", seed=2, status="failed",
            metrics={}, error="no",
        )
        for each in trials
    ]  # fmt: skip
    table = ablation.effects(Trials(trials.study, failed))
    assert (table["n"] == 4).all()
    assert (table["failed"] == 1).all()
    assert table["effect"].to_numpy() == pytest.approx([*WEIGHT.values()], abs=0.05)


def test_stated_contrasts_are_estimated_beside_the_design() -> None:
    asked = Contrast("both", ["baseline"], ["without c0 and c4"])
    table = ablation.contrasts(run(study(Pairs(), contrasts=[asked]), added))
    assert table["component"].tolist() == ["both"]
    assert table["effect"].item() == pytest.approx(5, abs=0.05)
    assert len(ablation.contrasts(run(study(Pairs()), added))) == 0


def test_effects_at_inference_and_plasticity_are_estimated() -> None:
    parts = [Component("c0", switch="c0", module="a"), Component("c1", switch="c1")]

    def adapts(on, trial) -> float:
        return added(on) + (1.2 if trial.condition == "without c0" else 0)  # training makes up

    trials = run(study(LeaveOneOut(), components=parts, evaluate="t:e"), adapts)
    table = ablation.effects(trials).set_index("component")
    assert table["effect"].to_dict() == pytest.approx(
        {"c0": 1.8, "c1": -1.0, "c0 at inference": 3.0}, abs=0.05
    )
    gap = ablation.contrasts(trials).set_index("component")
    assert gap.loc["plasticity of c0", "effect"] == pytest.approx(1.8 - 3.0, abs=0.05)


def test_more_baselines_are_used_by_welch_and_said_to_be_unpaired_otherwise() -> None:
    trials = run(study(LeaveOneOut(), baseline="sqrt"), added)
    assert len(trials.study.extra_seeds) == 5
    table = ablation.effects(trials)
    assert (table["n"] == 4).all()
    assert table["note"].str.contains("5 more runs of the baseline have no pair").all()
    assert not table["note"].str.contains("finished in one condition").any()
    welch = ablation.effects(trials, by=Welch())
    ones = [each.metrics["m"] for each in trials if each.condition == "baseline"]
    assert len(ones) == 9
    assert welch["baseline"].iloc[0] == pytest.approx(np.mean(ones))


def test_a_component_that_nothing_realised_keeps_its_row() -> None:
    parts = [Component("c0", switch="c0"), Component("c1", module="head")]
    table = ablation.effects(run(study(LeaveOneOut(), components=parts), added))
    assert table.set_index("component").loc["c1", "note"] == NOT_RUN


@pytest.mark.parametrize("correction", ["holm", "bonferroni", "benjamini-hochberg", "none"])
def test_the_stated_correction_is_the_one_that_claims_rest_on(correction: str) -> None:
    trials = run(study(LeaveOneOut(), correction=correction), added, noise=2.0)
    table = ablation.effects(trials, by=PairedT())
    # Two one-sided tests a component, all of them one family.
    up = stats.t.sf((table["effect"] - 0.05) / table["se"], table["df"])
    down = stats.t.cdf((table["effect"] + 0.05) / table["se"], table["df"])
    names = {"holm": "holm", "bonferroni": "bonferroni", "benjamini-hochberg": "fdr_bh"}
    family = np.concatenate([up, down])
    adjusted = family if correction == "none" else corrected(family, names[correction])
    expected = [adjusted[i] if e >= 0 else adjusted[i + 5] for i, e in enumerate(table["effect"])]
    assert table["p_beyond"].to_numpy() == pytest.approx(expected)


def test_corrections_are_those_of_another_program() -> None:
    rng = np.random.default_rng(5)
    for size in (1, 2, 7, 30):
        ps = rng.uniform(size=size) ** 3
        for ours, name in (
            (holm, "holm"),
            (bonferroni, "bonferroni"),
            (benjamini_hochberg, "fdr_bh"),
        ):
            assert ours(ps) == pytest.approx(corrected(ps, name))
