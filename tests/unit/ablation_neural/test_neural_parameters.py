"""Parameters with another value for a while, against the network with those weights set by hand."""

import copy

import pytest
import torch
from torch import nn

from ablation import Constant, Mean, Noise, Scale, Zero
from ablation.neural import ablated
from ablation.neural.errors import (
    AblationHadNoEffectError,
    AlreadyAblatedError,
    MixedComponentsError,
    OperatorCannotServeError,
    UnknownModuleError,
)


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


@pytest.mark.parametrize("by", [Zero(), Constant(0.5), Scale(2.0)], ids=str)
def test_a_group_of_parameters_is_off_together(vision, images, by):
    for block in vision.blocks:
        block.mlp.norm.bias.fill_(0.1)  # or zero would change nothing
    by_hand = copy.deepcopy(vision)
    for block in by_hand.blocks:
        for value in (block.mlp.norm.weight, block.mlp.norm.bias):
            value.copy_({Zero(): 0 * value, Constant(0.5): 0 * value + 0.5}.get(by, 2 * value))
    before, own = vision(images), {n: id(p) for n, p in vision.named_parameters()}
    with ablated(vision, ["blocks.*.mlp.norm.*"], by=by) as patch:
        got = vision(images)
    assert torch.equal(got, by_hand(images))
    assert torch.equal(vision(images), before)
    assert {n: id(p) for n, p in vision.named_parameters()} == own
    assert [did.component for did in patch.acted][:2] == [
        "blocks.0.mlp.norm.weight",
        "blocks.0.mlp.norm.bias",
    ]
    assert {did.calls for did in patch.acted} == {1}


def test_tied_parameters_are_one_component():
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    net[2].weight = net[0].weight
    x = torch.rand(2, 3)
    with ablated(net, "*.weight") as patch:
        assert torch.equal(net(x), net[2].bias.expand(2, 3))
    assert [did.component for did in patch.acted] == ["0.weight"]
    assert net[2].weight is net[0].weight


def test_weights_that_a_parent_reads_without_a_call_act_too():
    mix = nn.MultiheadAttention(8, 2).eval()
    x = torch.rand(4, 1, 8)
    with ablated(mix, "out_proj.weight"):
        assert torch.equal(mix(x, x, x)[0], mix.out_proj.bias.expand(4, 1, 8))


def test_noise_in_weights_is_fixed_by_its_seed(vision, images):
    drawn = []
    for seed in (1, 1, 2):
        with ablated(vision, "head.weight", by=Noise(), seed=seed):
            drawn.append(vision(images))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_what_has_no_meaning_for_parameters_is_refused(vision, images):
    with (
        pytest.raises(OperatorCannotServeError, match="is a parameter"),
        ablated(vision, "head.weight", by=Mean()),
    ):
        vision(images)
    with pytest.raises(MixedComponentsError), ablated(vision, ["head.weight", "embed"]):
        vision(images)
    with pytest.raises(UnknownModuleError), ablated(vision, "head.wieght"):
        vision(images)
    with pytest.raises(AblationHadNoEffectError), ablated(vision, "head.weight", by=Scale(1.0)):
        vision(images)
    with pytest.raises(ZeroDivisionError), ablated(vision, "head.weight"):
        raise ZeroDivisionError
    assert vision.head.weight.any()


def test_an_input_is_ablated_once_at_a_time(vision, images):
    with ablated(vision, "input[0]"):
        with pytest.raises(AlreadyAblatedError), ablated(vision, "input[1]"):
            vision(images)
        with ablated(vision, "head.bias", by=Constant(1.0)), ablated(vision, "embed[0]"):
            vision(images)
