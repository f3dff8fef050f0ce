"""What cannot be asked is refused in one line: no components, no seed, no such reference."""

import numpy as np
import pytest
import torch
from torch import nn

import ablation
from ablation.neural.errors import (
    NotNamesError,
    PartError,
    SeedError,
    UnusableReferenceError,
)

X = torch.linspace(-1, 1, 24).reshape(6, 4)


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 3)).eval()


def total(output):
    return output.sum()


def off(net, components="1", **settings):
    with ablation.ablated(net, components, **settings):
        return net(X)


EMPTY = {
    "sweep": lambda net, none: ablation.sweep(net, X, none, metric=total),
    "pairwise": lambda net, none: ablation.pairwise(net, X, none, metric=total),
    "screen": lambda net, none: ablation.screen(net, X, none, metric=total),
    "circuit": lambda net, none: ablation.circuit(net, X[:1], none, keeps=lambda _: True),
    "flow": lambda net, none: ablation.flow(net, X, none, metric=total),
    "explain": lambda net, none: ablation.explain(net, X[:1], none, event=lambda _: True),
    "ablated": off,
}


@pytest.mark.parametrize("ask", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("none", [[], (), iter(())], ids=["list", "tuple", "iterator"])
def test_no_components_are_refused_everywhere_in_the_same_words(net, ask, none):
    with pytest.raises(NotNamesError, match=r"^nothing was asked for: .* given is \[\]\.$"):
        ask(net, none)


@pytest.mark.parametrize("seed", [1.5, 2**70, -(2**70), "a", None])
@pytest.mark.parametrize(
    "ask",
    [
        lambda net, seed: ablation.sweep(net, X, ["1"], metric=total, seed=seed),
        lambda net, seed: ablation.screen(net, X, "0[*]", metric=total, seed=seed),
        lambda net, seed: ablation.explain(net, X[:1], "1", event=lambda _: True, seed=seed),
        lambda net, seed: off(net, seed=seed),
    ],
    ids=["sweep", "screen", "explain", "ablated"],
)
def test_a_seed_is_a_whole_number_of_64_bits(net, ask, seed):
    with pytest.raises(SeedError, match=r"^seed is .*; expected a whole number .*$"):
        ask(net, seed)


@pytest.mark.parametrize("seed", [-1, 0, np.int64(3), 2**63 - 1])
def test_every_whole_number_of_64_bits_is_a_seed(net, seed):
    assert len(ablation.screen(net, X, "0[*]", metric=total, seed=seed)) == 4
    assert off(net, by=ablation.Resample(), seed=seed).shape == (6, 3)


@pytest.mark.parametrize(
    ("reference", "said"),
    [(torch.ones(3, 7), r"a tensor of shape \(3, 7\)"), ("abc", "of type str"), (3, "of type int"),
     ([1.0, 2.0], "of type list"), (torch.ones(3, 4, dtype=torch.int64), "a tensor of shape")],
)  # fmt: skip
@pytest.mark.parametrize("by", [ablation.Mean(), ablation.OptimalConstant(loss=total)], ids=str)
def test_a_reference_that_the_module_does_not_run_on_is_named(net, reference, said, by):
    line = rf"^the module does not run on reference, which is {said}.*$"
    with pytest.raises(UnusableReferenceError, match=line):
        off(net, by=by, reference=reference)
    with pytest.raises(UnusableReferenceError, match=line) as caught:
        ablation.sweep(net, X, ["1"], metric=total, by=by, reference=reference)
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["0.weight[1]", "0.*[0]", "0.weight.heads[*]"])
def test_parameters_have_no_parts(net, part):
    for ask in (lambda: off(net, [part, "0.bias"]), lambda: off(net, part),
                lambda: ablation.sweep(net, X, [part], metric=total)):  # fmt: skip
        with pytest.raises(PartError, match="parameters have no parts; name it whole"):
            ask()
