"""The tests of an audit keep their level, have power, and agree with another library."""

import numpy as np
import pytest
import torch
from scipy import stats
from statsmodels.multivariate.manova import MANOVA
from strategies.second_opinions import corrected
from torch import nn

import ablation
from ablation import Mean, Noise, Resample, Skip, Zero
from ablation.neural.selection import select
from ablation.neural.validity.laboratory import Laboratory
from ablation.neural.validity.manifold import typicality
from ablation.neural.validity.testing import adjusted_by_name, alike, estimate


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_within_a_margin_is_two_one_sided_t_tests(rng):
    for _ in range(50):
        x, margin = rng.normal(rng.normal(), 1, size=9), 0.5
        found = estimate(x, margin=margin, level=0.95)
        low = stats.ttest_1samp(x, -margin, alternative="greater")
        high = stats.ttest_1samp(x, margin, alternative="less")
        assert found.within == pytest.approx(max(low.pvalue, high.pvalue))
        over = stats.ttest_1samp(x, margin, alternative="greater").pvalue
        under = stats.ttest_1samp(x, -margin, alternative="less").pvalue
        assert found.beyond == pytest.approx(min(1, 2 * min(over, under)))
        single = stats.ttest_1samp(abs(x), margin, alternative="less").pvalue
        assert found.singly == pytest.approx(single)
        interval = stats.ttest_1samp(x, 0).confidence_interval(0.95)
        assert (found.lower, found.upper) == pytest.approx(tuple(interval))


def test_at_the_margin_itself_neither_claim_is_made_too_often(rng):
    rows = rng.normal(0.5, 1, size=(4000, 8))
    found = [estimate(row, margin=0.5, level=0.95) for row in rows]
    assert np.mean([each.beyond < 0.05 for each in found]) < 0.035
    assert np.mean([each.within < 0.05 for each in found]) < 0.065


def test_heterogeneity_is_hotelling_as_another_library_computes_it(rng):
    effects = rng.normal(size=(30, 4)) @ rng.normal(size=(4, 4)) + [0, 0.2, 0, 0.4]
    contrasts = effects[:, 1:] - effects[:, :1]
    tested = MANOVA(contrasts, np.ones((30, 1))).mv_test().results["x0"]["stat"]
    assert alike(effects) == pytest.approx(float(tested["Pr > F"].iloc[0]))


def test_heterogeneity_keeps_its_level_whatever_replacements_have_in_common(rng):
    shared = rng.normal(size=(1500, 25, 1)) * 5
    found = [alike(rows) for rows in shared + rng.normal(size=(1500, 25, 3)) * [1, 3, 0.1]]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_replacements_that_never_differ_are_alike_and_constant_differences_are_not(rng):
    one = rng.normal(size=(20, 1))
    assert alike(np.repeat(one, 3, 1)) == 1.0
    assert alike(one + np.array([[0.0, 0.0, 0.5]])) == 0.0
    assert alike(rng.normal(size=(3, 5))) is None, "three examples do not tell four contrasts"


def test_holm_is_holm(rng):
    for _ in range(4):
        chances = dict(enumerate(rng.uniform(size=8) ** 3))
        expected = corrected(list(chances.values()))
        assert list(adjusted_by_name(chances).values()) == pytest.approx(list(expected))


@pytest.mark.parametrize("width", [1, 3, 40])
def test_real_activations_are_unusual_no_more_often_than_said(rng, width):
    law = rng.normal(size=(width, width))
    clouds = (np.tanh(rng.normal(size=(61, width)) @ law) for _ in range(600))
    chances = [typicality(cloud[:1], cloud[1:]).p for cloud in clouds]
    for level in (0.05, 0.1, 0.2):
        assert np.mean([p <= level for p in chances]) <= level + 3 * (level / 600) ** 0.5


def test_the_rank_is_among_all_with_the_patched_one_counted_in(rng):
    """Oracle: nearest neighbours in the joint cloud, by the definition."""
    for _ in range(30):
        real = rng.normal(size=(45, 2))
        patched = real[:1] + rng.normal(size=(1, 2)) * rng.choice([0.01, 0.3, 2.0])
        joint = np.vstack([real, patched])
        away = [
            min(float(np.hypot(*(a - b))) for j, b in enumerate(joint) if j != i)
            for i, a in enumerate(joint)
        ]
        far = np.mean([each >= away[-1] - 1e-12 for each in away])
        near = np.mean([each <= away[-1] + 1e-12 for each in away])
        assert typicality(patched, real).p == pytest.approx(min(1, 2 * min(far, near)))


def test_zeros_lie_beyond_means_lie_between_and_other_examples_among_the_data(rng):
    cloud = rng.normal(size=(200, 60)) + 3
    mean = cloud.mean(0, keepdims=True)
    assert typicality(np.zeros((5, 60)), cloud).where == "beyond the data"
    assert typicality(mean, cloud).where == "between the data", "no example is like their average"
    assert typicality(cloud[rng.permutation(200)], cloud).where == "among the data"
    line = rng.normal(size=(200, 1))
    assert typicality(line.mean(0, keepdims=True), line).where == "among the data"
    assert typicality(mean, cloud[:30]) is None


class Ring(nn.Module):
    """Activations on a circle: their mean is where no example ever is."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = nn.Identity()

    def forward(self, angle: torch.Tensor) -> torch.Tensor:
        return self.ring(torch.cat([angle.cos(), angle.sin()], 1))


def test_an_audit_says_where_each_replacement_lies_and_that_the_effect_depends_on_it():
    angles = torch.rand(80, 1, generator=torch.Generator().manual_seed(1)) * 6.28
    found = ablation.audit(
        Ring(), angles, metric=lambda y: y.norm(dim=1), margin=0.05, by=(Resample(), Mean(), Zero())
    )
    where = {str(each.operator): each.typicality.where for each in found.effects}
    assert where == {
        "resample": "among the data",
        "mean": "beyond the data",
        "zero": "beyond the data",
    }
    [methods] = found.replacements
    assert methods.p == 0 or methods.p < 1e-6
    assert methods.verdict(0.95) == "depends on it"
    assert found.table()["effect"].tolist() == pytest.approx([0, 1, 1], abs=0.2)


def test_an_effect_that_is_the_same_under_all_replacements_is_said_to_be_so():
    net = nn.Sequential(nn.Identity(), nn.Flatten(0))
    x = torch.randn(60, 1, generator=torch.Generator().manual_seed(2))
    x -= x.mean()
    operators = (Mean(), Zero(), Resample(), Skip())
    found = ablation.audit(net, x, "0", metric=lambda y: y, margin=0.5, by=operators)
    [methods] = found.replacements
    assert methods.verdict(0.95) == "no difference found"
    assert methods.many == 4


def test_a_replacement_that_cannot_serve_is_left_out_and_said():
    net = nn.Sequential(nn.Linear(2, 3))
    how = {"metric": lambda y: y[:, 0], "margin": 0.1}
    found = ablation.audit(net, torch.rand(50, 2), by=(Zero(), Skip(), Mean()), **how)
    [methods] = found.replacements
    assert methods.verdict(0.95) == "not tested (2 of 3 replacements)"
    assert any("Left out: the operator skip cannot serve" in note for note in found.notes)
    assert {str(each.operator) for each in found.effects} == {"zero", "mean"}


def test_a_component_stands_out_among_random_features_only_where_it_should():
    """Of 40 features the output reads four: they are one component, and others are others."""

    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Identity()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.features(x)[:, 8:12].sum(1)

    x = torch.rand(50, 40) + 1
    names = [f"features.units[{i}:{i + 4}]" for i in (0, 8, 20)]
    found = ablation.audit(Reads(), x, names, metric=lambda y: y, margin=0.1, by=Zero(), draws=99)
    chances = [found.controls[each.component].p for each in found.roles]
    assert chances[1] == 0.01
    assert chances[0] == chances[2] == 1.0


def test_random_features_of_whole_modules_are_drawn_from_all_modules(wired_at_random):
    net, x = wired_at_random(1)
    found = ablation.audit(net, x, "parts.*", metric=lambda y: y[:, 0], margin=0.01, by=Zero())
    assert {each.draws for each in found.controls.values()} == {19}
    assert all(0.05 <= each.p <= 1 for each in found.controls.values())
    alone = ablation.audit(net, x, "parts.0", metric=lambda y: y[:, 0], margin=0.01, by=Zero())
    assert not alone.controls
    assert "there is no random control" in str(alone)


def test_components_resampled_together_are_resampled_each_for_itself(wired_at_random):
    """With one partner for all, resampling every component would only swap the examples."""
    net, x = wired_at_random(3)
    lab = Laboratory(net, x, select(net, "parts.*"), lambda y: y[:, 0])
    first, second = (lab.off([f"parts.{i}"], Resample()).passed[f"parts.{i}"][0] for i in (0, 1))
    own = [lab.factual().own[f"parts.{i}"][0] for i in (0, 1)]
    partners = [
        [int((mine == row).all(1).nonzero()[0]) for row in drawn]
        for mine, drawn in zip(own, (first, second), strict=True)
    ]
    assert partners[0] != partners[1]


def test_noise_is_the_same_for_a_component_alone_and_together(wired_at_random):
    net, x = wired_at_random(0)
    by, how = Noise(0.5), {"metric": lambda y: y[:, 0], "margin": 0.01}
    one = ablation.audit(net, x, ["parts.2", "parts.3"], by=by, **how).table()
    other = ablation.audit(net, x, ["parts.0", "parts.1", "parts.3"], by=by, **how).table()
    rows = [each[each["component"] == "parts.3"]["effect"].item() for each in (one, other)]
    assert rows[0] == rows[1]
