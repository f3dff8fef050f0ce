"""Effects through components and past them, against causal models, closed forms and hand runs."""

from itertools import chain, combinations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import causal
from ablation import Constant, Mean, Zero, ablated
from ablation.attribution import flow, mediation, pairwise, path_effect
from ablation.attribution.amount import Amount, MetricError
from ablation.attribution.mediating import NotBetweenError
from ablation.attribution.paths import PathError
from ablation.attribution.settings import TooFewDrawsError
from ablation.neural.errors import (
    AblationHadNoEffectError,
    InterferenceError,
    OverlappingComponentsError,
    UnknownModuleError,
)

WEIGHTS = {"b": {"a": 0.7}, "c": {"a": -1.3, "b": 0.4}, "d": {"a": 0.2, "b": 1.1, "c": 0.6}}
OUT = {"a": 0.5, "c": -0.9, "d": 1.7}
A, OFF = 2.0, -1.0
X = torch.full((1, 1), A, dtype=torch.float64)


class Scalar(nn.Module):
    """One number: a weighted sum of others; a component of a network that is a linear model."""

    def __init__(self, weights: dict[str, float]) -> None:
        super().__init__()
        self.weights = weights

    def forward(self, **read: Tensor) -> Tensor:
        return sum((w * read[name] for name, w in self.weights.items()), torch.zeros(1, 1))


class Linear(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Identity()
        for name, weights in WEIGHTS.items():
            self.add_module(name, Scalar(weights))

    def forward(self, x: Tensor) -> Tensor:
        known = {"a": self.a(x)}
        for name, weights in WEIGHTS.items():
            known[name] = getattr(self, name)(**{each: known[each] for each in weights})
        return sum(w * known[name] for name, w in OUT.items())


def model() -> causal.SCM:
    """The same network as a linear structural model."""
    mechanisms = {"a": causal.Linear(noise=causal.Normal(0, 1))}
    for name, weights in {**WEIGHTS, "output": OUT}.items():
        mechanisms[name] = causal.Linear(weights, noise=causal.Normal(0, 1))
    return causal.SCM.of(mechanisms)


ALL_PATHS = [
    "a -> output",
    "a -> c -> output",
    "a -> d -> output",
    "a -> b -> c -> output",
    "a -> b -> d -> output",
    "a -> c -> d -> output",
    "a -> b -> c -> d -> output",
]
SETS = [[path] for path in ALL_PATHS] + [
    ["a -> output", "a -> b -> d -> output"],
    ["a -> b -> c -> d -> output", "a -> c -> output"],
    ALL_PATHS[1:4],
    ALL_PATHS,
]


@pytest.mark.parametrize("paths", SETS, ids=str)
def test_effects_along_paths_are_those_of_the_structural_model(paths):
    ours = path_effect(
        Linear(), X, paths, among=["a", "b", "c", "d"], metric=lambda out: out, by=Constant(OFF)
    )
    theirs = causal.path_specific_effect(
        model(), {"a": OFF}, "output", along=paths, instead={"a": A}
    )
    assert ours.effect.value == pytest.approx(-float(theirs.value), rel=1e-9)
    total = path_effect(
        Linear(), X, ALL_PATHS, among=["a", "b", "c", "d"], metric=lambda out: out, by=Constant(OFF)
    )
    assert total.effect.value == pytest.approx(ours.total.value, rel=1e-9)
    assert total.share == pytest.approx(1)


@pytest.mark.parametrize("through", [["b"], ["c"], ["d"], ["b", "c"], ["b", "c", "d"]], ids=str)
def test_natural_effects_are_those_of_the_structural_model(through):
    ours = mediation(Linear(), X, "a", through=through, metric=lambda out: out, by=Constant(OFF))
    how = {"through": through, "instead": {"a": A}}
    direct = causal.natural_direct_effect(model(), {"a": OFF}, "output", **how)
    indirect = causal.natural_indirect_effect(model(), {"a": OFF}, "output", **how)
    held = dict.fromkeys(through, OFF)
    controlled = causal.controlled_direct_effect(
        model(), {"a": OFF}, "output", held=held, instead={"a": A}
    )
    assert ours.direct.value == pytest.approx(-float(direct.value), rel=1e-9)
    assert ours.indirect.value == pytest.approx(-float(indirect.value), rel=1e-9)
    assert ours.controlled.value == pytest.approx(-float(controlled.value), rel=1e-9)
    assert ours.interaction.value == pytest.approx(0, abs=1e-9), "a linear model has none"


class Curved(nn.Module):
    """Not linear, and noisy on request: the direct and the indirect way meet in a product."""

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.a, self.m, self.drop = nn.Linear(3, 4), nn.Linear(4, 4), nn.Dropout(rate)
        self.head, self.rate = nn.Linear(4, 2), rate

    def forward(self, x: Tensor) -> Tensor:
        first = self.drop(torch.tanh(self.a(x)))
        second = torch.tanh(self.m(first))
        return self.head(F.dropout(first * second + first, self.rate, self.training))


@pytest.fixture
def curved() -> nn.Module:
    torch.manual_seed(0)
    return Curved().eval()


@pytest.fixture
def batch() -> Tensor:
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(3))


def test_natural_effects_of_a_curved_network_are_those_run_by_hand(curved, batch):
    found = mediation(curved, batch, "a", through="m", metric=lambda out: out[:, 0])
    with torch.no_grad():
        first, none = torch.tanh(curved.a(batch)), torch.zeros(5, 4)
        second, without = torch.tanh(curved.m(first)), torch.tanh(curved.m(none))

        def metric(one: Tensor, two: Tensor) -> float:
            return float(curved.head(one * two + one)[:, 0].mean())

        on, off = metric(first, second), metric(none, without)
        assert found.total.value == pytest.approx(on - off, abs=1e-6)
        assert found.direct.value == pytest.approx(on - metric(none, second), abs=1e-6)
        assert found.indirect.value == pytest.approx(on - metric(first, without), abs=1e-6)
        flat = torch.zeros(5, 4)  # m off is zero before its tanh
        assert found.controlled.value == pytest.approx(
            metric(first, flat) - metric(none, flat), abs=1e-6
        )
    parts = found.direct.value + found.indirect.value + found.interaction.value
    assert parts == pytest.approx(found.total.value, abs=1e-9)
    assert abs(found.interaction.value) > 1e-3
    assert found.total.draws == 1
    assert found.frame().set_index("effect").loc["direct", "value"] == found.direct.value


def test_with_noise_every_world_reads_the_same_draws(batch):
    torch.manual_seed(0)
    net = Curved(0.4).train()
    how = {"through": "m", "metric": lambda out: out[:, 0], "draws": 60}
    found = mediation(net, batch, "a", **how)
    assert found == mediation(net, batch, "a", **how)
    assert found.sites == ("drop/bernoulli_", "bernoulli_")
    for _, amount in found.amounts():
        assert amount.lower < amount.value < amount.upper
    parts = found.direct.value + found.indirect.value + found.interaction.value
    assert parts == pytest.approx(found.total.value, abs=1e-9)
    # behind the mean of draws stands the same quantity by torch's own noise
    torch.manual_seed(1)
    many = batch.repeat(4000, 1)
    with torch.no_grad():
        on = net(many)[:, 0].mean()
        with ablated(net, "a", by=Zero()):
            off = net(many)[:, 0].mean()
    assert found.total.lower - 0.02 < float(on - off) < found.total.upper + 0.02


def test_an_arrow_is_what_ablated_calls_an_edge(curved, batch):
    found = flow(curved, batch, ["a", "m", "head"], metric=lambda out: out[:, 0], by=Mean())
    arrows = found.arrows.set_index(["source", "reader"])["effect"]
    assert set(arrows.index) == {("a", "m"), ("a", "head"), ("m", "head"), ("head", "output")}
    with torch.no_grad():
        base = curved(batch)[:, 0].mean()
        for source, reader in arrows.index:
            arrow = f"{source} -> {reader}"
            with ablated(curved, arrow, by=Mean(), among=["a", "m", "head"], expect_effect=False):
                lost = float(base - curved(batch)[:, 0].mean())
            assert arrows[source, reader] == pytest.approx(lost, abs=1e-6)
        for name, effect in zip(found.nodes["component"], found.nodes["effect"], strict=True):
            with ablated(curved, name, by=Mean(), expect_effect=False):
                lost = float(base - curved(batch)[:, 0].mean())
            assert effect == pytest.approx(lost, abs=1e-6)


def test_interactions_are_second_differences_of_runs_with_both_off(curved, batch):
    names = ["a", "m", "head"]
    found = pairwise(curved, batch, names, metric=lambda out: out[:, 0].square(), by=Mean())
    lost = {}
    with torch.no_grad():
        base = float(curved(batch)[:, 0].square().mean())
        for off in chain(combinations(names, 1), combinations(names, 2)):
            with ablated(curved, off, by=Mean(), expect_effect=False):
                lost[off] = base - float(curved(batch)[:, 0].square().mean())
    for row in found.itertuples():
        one, two = (row.first,), (row.second,)
        expected = lost[one] + lost[two] - lost[one + two]
        assert row.interaction == pytest.approx(expected, abs=1e-6)
    assert found.attrs["operator"] == "mean"
    assert found.attrs["baseline"] == pytest.approx(base, abs=1e-6)
    assert found.set_index(["first", "second"]).loc[("a", "head"), "relation"] != "additive"


def test_heads_mediate_and_carry_like_whole_modules(batch):
    torch.manual_seed(0)

    class Attends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.MultiheadAttention(4, 2, batch_first=True)
            self.two = nn.MultiheadAttention(4, 2, batch_first=True)
            self.head = nn.Linear(4, 1)

        def forward(self, x: Tensor) -> Tensor:
            x = x + self.one(x, x, x, need_weights=False)[0]
            x = x + self.two(x, x, x, need_weights=False)[0]
            return self.head(x)[:, -1, 0]

    net, x = Attends().eval(), torch.randn(2, 3, 4)
    heads = ["one.heads[*]", "two.heads[*]"]
    found = mediation(net, x, "one.heads[0]", through="two.heads[*]", metric=lambda out: out.sum())
    assert found.direct.value + found.indirect.value + found.interaction.value == pytest.approx(
        found.total.value, abs=1e-6
    )
    along = [
        path_effect(net, x, path, among=heads, metric=lambda out: out.sum()).effect.value
        for path in ("one.heads[0] -> output", "one.heads[0] -> two.heads[1] -> output")
    ]
    assert along[0] == pytest.approx(found.direct.value, abs=1e-6)
    assert abs(along[1]) > 1e-6
    with ablated(net, "one.heads[0]", by=Zero()), torch.no_grad():
        off = float(net(x).sum())
    assert found.total.value == pytest.approx(float(net(x).sum().detach()) - off, abs=1e-5)


def test_a_module_is_left_as_it_was(curved, batch):
    before = {name: value.clone() for name, value in curved.state_dict().items()}
    stream, forwards = (
        torch.get_rng_state(),
        {m: m.__dict__.get("forward") for m in curved.modules()},
    )
    with pytest.raises(MetricError):
        mediation(curved, batch, "a", through="m", metric=lambda out: out)
    flow(curved, batch, metric=lambda out: out.sum())
    assert all(torch.equal(value, before[name]) for name, value in curved.state_dict().items())
    assert forwards == {m: m.__dict__.get("forward") for m in curved.modules()}
    assert torch.equal(torch.get_rng_state(), stream)


def test_what_has_no_meaning_is_refused_with_the_reason(curved, batch):
    how = {"metric": lambda out: out.sum()}
    among = {"among": ["a", "m"], **how}
    with pytest.raises(NotBetweenError, match="'a' is not computed from 'm'"):
        mediation(curved, batch, "m", through="a", **how)
    with pytest.raises(OverlappingComponentsError):
        mediation(curved, batch, "a", through="a[0]", **how)
    with pytest.raises(UnknownModuleError, match="head"):
        mediation(curved, batch, "a", through="haed", **how)
    with pytest.raises(TooFewDrawsError):
        mediation(curved, batch, "a", through="m", draws=0, **how)
    with pytest.raises(AblationHadNoEffectError):
        mediation(curved, torch.zeros(2, 3), "a", through="m", by=Mean(), **how)
    for path, problem in (
        ("a -> n -> output", "no component 'n'"),
        ("a -> m", "leads from a component to 'output'"),
        ("output", "leads from a component"),
        ("m -> a -> output", "'a' does not read 'm', which is read by output"),
    ):
        with pytest.raises(PathError, match=problem):
            path_effect(curved, batch, path, **among)
    with pytest.raises(PathError, match="one component, not 2"):
        path_effect(curved, batch, ["a -> output", "m -> output"], **among)
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3)).train()
    with pytest.raises(InterferenceError):
        flow(net, batch, **how)


def test_amounts_have_intervals_that_cover():
    rng = np.random.default_rng(0)
    covered = [
        (found := Amount.of(rng.normal(1, 2, 8).tolist(), 0.9)).lower <= 1 <= found.upper
        for _ in range(1000)
    ]
    assert 0.87 < np.mean(covered) < 0.93
