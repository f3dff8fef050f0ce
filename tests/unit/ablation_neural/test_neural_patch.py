"""Switching off: what is passed on, what is proven, and what is left as it was."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from ablation import Mean, Noise, Resample, Skip, Zero
from ablation.errors import AblationError
from ablation.neural import ablated, observe
from ablation.neural.errors import (
    AblationHadNoEffectError,
    AlreadyAblatedError,
    OperatorCannotServeError,
    OverlappingComponentsError,
    UnknownModuleError,
)
from ablation.neural.trees import largest_change
from ablation.operators import Operator

pytestmark = pytest.mark.usefixtures("_no_grad")


@pytest.fixture
def _no_grad():
    with torch.no_grad():
        yield


def off(module: nn.Module, name: str, x: Tensor, **how: object) -> Tensor:
    with ablated(module, name, **how):
        return module(x)


def test_zero_in_a_residual_branch_is_the_network_without_the_branch(vision, images):
    def without(images: Tensor) -> Tensor:
        stream = vision.embed(images) + vision.position(torch.arange(8))
        first, second = vision.blocks
        stream = stream + first.mlp(stream)  # blocks.0.attention is not there
        stream = stream + second.attention(stream)
        stream = stream + second.mlp(stream)
        return vision.head(vision.norm(stream).mean(1))

    assert torch.equal(off(vision, "blocks.0.attention", images), without(images))


def test_each_operator_passes_on_what_it_says(vision, images):
    mlp = "blocks.1.mlp"
    (own,) = observe(vision, images, mlp).own[mlp]
    block = vision.blocks[1]

    def passed_on(by: Operator, **how: object) -> Tensor:
        seen = []
        handle = block.drop.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
        off(vision, mlp, images, by=by, expect_effect=False, **how)
        handle.remove()
        return seen[-1]

    assert torch.equal(passed_on(Zero()), torch.zeros_like(own))
    assert torch.equal(passed_on(Mean()), own.mean(0, keepdim=True).expand_as(own))
    skipped = passed_on(Skip())
    assert skipped.shape == own.shape
    assert not torch.equal(skipped, own)
    resampled = passed_on(Resample())
    for i, row in enumerate(resampled):
        assert [j for j, each in enumerate(own) if torch.equal(row, each)] not in ([], [i])
    noisy = passed_on(Noise(scale=1e-3))
    assert float((noisy - own).std()) == pytest.approx(1e-3 * float(own.std()), rel=0.2)


def test_skip_passes_the_input_on():
    net = nn.Sequential(nn.Tanh(), nn.ReLU())
    x = torch.tensor([-1.0, 2.0])
    assert torch.equal(off(net, "1", x, by=Skip()), torch.tanh(x))


def test_reference_examples_supply_the_mean_and_the_other_example(vision, images):
    reference = torch.rand(7, 8, 8)
    (there,) = observe(vision, reference, "embed").own["embed"]
    seen = []
    handle = vision.blocks[0].register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    how = {"reference": reference, "expect_effect": False}  # or there is a run more, to compare
    off(vision, "embed", images[:1], by=Mean(), **how)
    off(vision, "embed", images[:1], by=Resample(), **how)
    handle.remove()
    places = vision.position(torch.arange(8))
    torch.testing.assert_close(seen[1][0], there.mean(0) + places)
    assert any(torch.equal(seen[2][0], each + places) for each in there)


def test_resampling_is_fixed_by_its_seed(vision, images):
    drawn = [off(vision, "embed", images, by=Resample(), seed=seed) for seed in (1, 1, 2, 3, 4)]
    assert torch.equal(drawn[0], drawn[1])
    assert not all(torch.equal(drawn[0], other) for other in drawn[2:])


def test_leaving_restores_the_module_bit_for_bit(vision, images):
    before = copy.deepcopy(vision.state_dict())
    keys = {name: set(part.__dict__) for name, part in vision.named_modules()}
    output = vision(images)
    off(vision, "blocks.*.attention", images)
    assert torch.equal(vision(images), output)
    assert {name: set(part.__dict__) for name, part in vision.named_modules()} == keys
    assert all(torch.equal(before[name], value) for name, value in vision.state_dict().items())


def test_leaving_by_an_exception_restores_too_and_the_exception_is_the_one_seen(vision, images):
    output = vision(images)
    with pytest.raises(ZeroDivisionError), ablated(vision, "embed"):
        raise ZeroDivisionError  # and the ablation was never called, which is not reported
    assert torch.equal(vision(images), output)


def test_a_forward_that_somebody_else_set_is_given_back(vision, images):
    own = vision.head.forward
    vision.head.forward = lambda x: own(x) + 1
    output = vision(images)
    off(vision, "head", images)
    assert torch.equal(vision(images), output)


def test_a_direct_call_of_forward_is_ablated_too():
    class Direct(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.part.forward(x)

    assert not off(Direct(), "part", torch.ones(2)).any()


def test_tied_modules_are_one_component_with_two_calls():
    part = nn.Linear(2, 2)
    net = nn.ModuleDict({"a": part, "b": part})
    with ablated(net, ["a", "b"]) as patch:
        net["b"](net["a"](torch.ones(2)))
    assert [(did.component, did.calls) for did in patch.acted] == [("a", 2)]


def test_all_tensors_of_a_nested_output_are_replaced_and_labels_are_not():
    class Nested(nn.Module):
        def forward(self, x: Tensor) -> dict[str, object]:
            return {"value": x, "pair": (x + 1, torch.tensor([7])), "name": "nested"}

    net = nn.ModuleDict({"part": Nested()})
    with ablated(net, "part"):
        output = net["part"](torch.ones(2))
    assert not output["value"].any()
    assert not output["pair"][0].any()
    assert output["pair"][1].item() == 7
    assert output["name"] == "nested"


def test_a_component_that_was_never_called_is_not_an_ablation(vision, images):
    with (
        pytest.raises(AblationHadNoEffectError, match="never called") as caught,
        ablated(vision, "head"),
    ):
        copy.deepcopy(vision).embed(images)
    assert (caught.value.component, caught.value.calls) == ("head", 0)


@pytest.mark.parametrize(
    ("name", "by"),
    [("blocks.0.drop", Skip()), ("position", Mean()), ("position", Resample())],
    ids=["dropout in eval mode", "mean of equal rows", "another equal row"],
)
def test_an_ablation_that_changes_nothing_is_refused(vision, images, name, by):
    with pytest.raises(AblationHadNoEffectError, match="the same with and without"):
        off(vision, name, images, by=by)
    off(vision, name, images, by=by, expect_effect=False)


def test_a_change_by_rounding_is_no_change():
    net = nn.Sequential(nn.Identity())
    x = torch.full((7, 3), 0.1)
    assert not torch.equal(x.mean(0), x[0]), "or the test says nothing"
    with pytest.raises(AblationHadNoEffectError):
        off(net, "0", x, by=Mean())
    x[0] *= 1.001
    off(net, "0", x, by=Mean())


def test_zero_in_place_of_zeros_is_no_change():
    net = nn.Sequential(nn.ReLU())
    with pytest.raises(AblationHadNoEffectError):
        off(net, "0", torch.tensor([-1.0]))


def test_skip_replaces_the_first_tensor_only():
    net, x = nn.ModuleDict({"memory": nn.LSTM(4, 4)}), torch.rand(2, 3, 4)
    _, (state, cell) = net["memory"](x)
    with ablated(net, "memory", by=Skip()):
        output, (same_state, same_cell) = net["memory"](x)
    assert torch.equal(output, x)
    assert torch.equal(same_state, state)
    assert torch.equal(same_cell, cell)


def test_what_is_not_a_number_is_an_infinite_change():
    nan = torch.tensor([1.0, float("nan")])
    assert largest_change(torch.ones(2), nan) == float("inf")
    assert largest_change(torch.ones(2), torch.ones(3)) == float("inf")
    assert largest_change(torch.zeros(2), torch.ones(2)) == 1.0


def test_a_component_full_of_nan_is_changed_by_zero():
    net = nn.Sequential(nn.Identity())
    assert not off(net, "0", torch.tensor([float("nan")])).any()


def test_components_that_hide_each_other_are_refused(vision, images):
    with pytest.raises(OverlappingComponentsError, match=r"'blocks.0.mlp' lies inside 'blocks.0'"):
        off(vision, ["blocks.0", "blocks.*.mlp"], images)
    with ablated(vision, "blocks.0"):
        for name in ("blocks.0", "blocks.0.mlp"):
            with pytest.raises(AlreadyAblatedError, match="ablated already"):
                off(vision, name, images)
        vision(images)
    with ablated(vision, "blocks.0.mlp"):
        with pytest.raises(AlreadyAblatedError, match=r"overlaps 'blocks.0.mlp'"):
            off(vision, "blocks.0", images)
        vision(images)


def test_different_components_may_be_ablated_one_inside_the_other(vision, images):
    together = off(vision, ["embed", "blocks.1.mlp"], images)
    with ablated(vision, "embed"):
        assert torch.equal(off(vision, "blocks.1.mlp", images), together)


def test_an_unknown_component_is_answered_with_the_nearest(vision, images):
    with pytest.raises(UnknownModuleError, match=r"Did you mean blocks.0.mlp") as caught:
        off(vision, "blocks.0.mpl", images)
    assert caught.value.nearest[0] == "blocks.0.mlp"
    with pytest.raises(UnknownModuleError, match="no sub-module matches 'layers"):
        off(vision, "layers.*", images)
    assert issubclass(UnknownModuleError, AblationError)


def test_a_star_is_one_step(vision):
    with pytest.raises(UnknownModuleError):
        off(vision, "*.mlp", torch.rand(1, 8, 8))


@pytest.mark.parametrize(
    ("build", "name", "by", "reason"),
    [
        (lambda: nn.Sequential(nn.Linear(2, 3)), "0", Skip(), "reads shape"),
        (lambda: nn.Sequential(nn.Linear(2, 2)), "0", Mean(), "two examples"),
        (lambda: nn.Sequential(nn.Flatten(0), nn.Flatten(0)), "1", Resample(), "two examples"),
    ],
)
def test_an_operator_that_cannot_serve_says_why(
    build: Callable[[], nn.Module], name: str, by: Operator, reason: str
):
    net = build()
    with pytest.raises(OperatorCannotServeError, match=reason):
        off(net, name, torch.ones(1, 2) if by != Resample() else torch.ones(1), by=by)
    assert "forward" not in net[0].__dict__


@pytest.mark.parametrize("training", [True, False])
def test_blocks_that_do_not_end_in_the_order_of_nesting_leave_the_module_as_it_was(training):
    net, x = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)), torch.ones(3, 4)
    net.train(training)
    before = [dict(part.__dict__) for part in net.modules()]
    fused = torch.backends.mha.get_fastpath_enabled()
    with torch.no_grad():
        first, second = (ablated(net, name, expect_effect=False) for name in ("0", "2"))
        first.__enter__()
        second.__enter__()
        assert (net(x) == 0).all()
        first.__exit__(None, None, None)
        assert (net(x) == 0).all()
        second.__exit__(None, None, None)
    assert [part.__dict__ for part in net.modules()] == before
    assert torch.backends.mha.get_fastpath_enabled() == fused
