"""Two worlds with one noise: stacked or looped, they are the same, and nothing else is random."""

import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ablation import Mean, Noise, OptimalConstant, Resample
from ablation.neural import KeyedNoise, ablated, twins
from ablation.neural.errors import (
    AblationHadNoEffectError,
    InterferenceError,
    UnrecordedRandomnessError,
)


def run(net: nn.Module, x: object, name: str = "blocks.0.mlp", **how: object):
    how = {"draws": 12, "noise": KeyedNoise(7)} | how
    return twins(net, x, name, read=lambda output: output.flatten().tolist(), **how)


def close(one, other) -> bool:
    return np.allclose(one.on, other.on, atol=1e-5) and np.allclose(one.off, other.off, atol=1e-5)


@pytest.mark.parametrize("by", [None, Noise(2.0), Mean(), Resample()])
def test_draws_do_not_depend_on_how_many_run_together(vision, images, by):
    how = {} if by is None else {"by": by}
    if by in (Mean(), Resample()):
        how["reference"] = torch.rand(5, 8, 8, generator=torch.Generator().manual_seed(0))
    vision.train()
    looped, *stacked = (run(vision, images[:1], together=n, **how) for n in (1, 5, 7, None))
    assert looped.engine == "12 draws, one at a time"
    assert [each.engine for each in stacked] == [f"12 draws, {n} at a time" for n in (5, 7, 12)]
    assert all(close(each, looped) for each in stacked)
    assert len({tuple(output) for output in looped.on}) == 12


def test_the_noise_is_the_same_in_both_worlds():
    class Adds(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part, self.late = nn.Linear(4, 4), nn.Dropout(0.5)

        def forward(self, x: Tensor) -> Tensor:
            return self.late(torch.ones_like(x)) + 0 * self.part(x)

    both = run(Adds().train(), torch.rand(1, 4), "part", draws=50)
    assert both.on == both.off
    assert len(set(map(tuple, both.on))) > 10


def test_more_draws_begin_with_the_same_draws(vision, images):
    vision.train()
    few, many = (run(vision, images[:1], draws=n, together=4) for n in (6, 12))
    assert np.allclose(few.on, many.on[:6], atol=1e-6)


def test_where_stacking_is_unsound_draws_run_one_at_a_time_and_the_engine_says_why():
    class Mixes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part, self.drop = nn.Linear(4, 4), nn.Dropout(0.5)

        def forward(self, x: Tensor) -> Tensor:
            return self.drop(self.part(x)) - x.sum(0)

    class OneCoin(Mixes):
        def forward(self, x: Tensor) -> Tensor:
            return self.part(x) * (torch.rand(()) < 0.5) + self.drop(x)

    class OneOnly(Mixes):
        def forward(self, x: Tensor) -> Tensor:
            return self.drop(self.part(x.view(1, 4)))

    x = torch.rand(1, 4)
    for net, why in (
        (Mixes(), "stacked it gives something else"),
        (OneCoin(), "has no axis for the draws"),
        (OneOnly(), "RuntimeError"),
    ):
        both = run(net.train(), x, "part")
        assert why in both.engine
        assert close(both, run(net, x, "part", together=1))
    assert "first axis of length one" in run(Mixes().train(), torch.rand(3, 4), "part").engine


def test_labels_are_compared_when_there_are_no_numbers():
    class Labels(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part, self.drop = nn.Linear(4, 4), nn.Dropout(0.5)

        def forward(self, x: Tensor) -> Tensor:
            return (self.drop(self.part(x)) - 2 * x.sum(0)).argmax(1)

    net, x = Labels().train(), torch.rand(1, 4)
    both = run(net, x, "part", draws=40)
    alone = run(net, x, "part", draws=40, together=1)
    assert (both.on, both.off) == (alone.on, alone.off)


def test_a_tied_component_takes_the_reference_of_each_of_its_calls():
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part, self.drop = nn.Linear(4, 4), nn.Dropout(0.5)

        def forward(self, x: Tensor) -> Tensor:
            first = self.part(self.drop(x))
            if len(first) > 1 and not any((first - first[0]).flatten().tolist()):
                raise RuntimeError("between the calls, stacked and switched off")
            return first - self.part(10 + x)

    net, x, others = Twice().train(), torch.rand(1, 4), torch.rand(9, 4)
    both = run(net, x, "part", by=Mean(), reference=others)
    assert "between the calls" in both.engine
    with torch.no_grad():
        second = net.part(10 + others).mean(0)
    first = torch.tensor(both.off[0]) + second
    assert all(np.allclose(output, (first - second).tolist()) for output in both.off)
    bias = net.part.bias.detach()
    assert (first - bias).abs().max() < 3, "inputs 10 larger belong to the second call"


def test_sequences_first_and_recurrent_networks_are_served():
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory = nn.LSTM(4, 4, 2, dropout=0.5)
            self.mix = nn.MultiheadAttention(4, 2, dropout=0.5)

        def forward(self, x: Tensor) -> Tensor:
            kept, _ = self.memory(x.transpose(0, 1))
            return self.mix(kept, kept, kept)[0].transpose(0, 1)

    net, x = Recurrent().train(), torch.rand(1, 3, 4)
    for part in ("memory", "mix", "mix.out_proj"):
        stacked = run(net, x, part)
        assert stacked.engine == "12 draws, 12 at a time"
        assert close(stacked, run(net, x, part, together=1))


def test_without_randomness_one_run_is_the_whole_truth(vision, images):
    both = run(vision, images[:1], draws=500)
    assert (len(both.on), both.sites) == (1, ())


@pytest.mark.parametrize(
    ("draw", "whose"),
    [
        (random.random, "Python"),
        (np.random.rand, "numpy"),
        (np.random.default_rng(0).random, "some randomness"),
    ],
)
def test_randomness_from_elsewhere_raises(draw, whose):
    class Elsewhere(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.part(x) * (draw() if whose == "some randomness" else 1 + 0 * draw())

    with pytest.raises(UnrecordedRandomnessError, match=whose):
        run(Elsewhere(), torch.rand(1, 4), "part")


def test_live_batch_statistics_are_interference(images):
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    with pytest.raises(InterferenceError, match="live in 2"):
        run(net.train(), images[:1], "1")
    net[2].eval()
    before = net[2].running_mean.clone()
    assert len(run(net, images[:1], "1").on) == 12
    assert torch.equal(net[2].running_mean, before)


def test_buffers_that_the_forward_moves_are_given_back():
    class Counts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part, self.drop = nn.Linear(4, 4), nn.Dropout(0.5)
            self.register_buffer("calls", torch.zeros(()))

        def forward(self, x: Tensor) -> Tensor:
            self.calls += 1
            return self.drop(self.part(x))

    net = Counts().train()
    run(net, torch.rand(1, 4), "part")
    assert net.calls == 0


def test_a_component_without_effect_is_refused(vision, images):
    with pytest.raises(AblationHadNoEffectError):
        run(vision, images[:1], "position", by=Mean(), reference=images)


def test_both_worlds_share_the_constant_that_was_sought():
    torch.manual_seed(0)
    net, x = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1)), torch.rand(6, 3)
    by = OptimalConstant(loss=lambda out: out.square().mean(), steps=20)
    both = run(net, x[:1], "0", by=by, reference=x)
    with torch.no_grad(), ablated(net, "0", by=by, reference=x):
        assert both.off[0] == pytest.approx(net(x[:1]).flatten().tolist(), abs=1e-6)
