"""Every operator against a model written by hand without the component."""

import copy

import pytest
import torch
from torch import Tensor, nn

from ablation.neural import ablated, observe
from ablation.neural.errors import InPlaceError, OperatorCannotServeError
from ablation.operators import (
    Constant,
    Freeze,
    Mean,
    Noise,
    Operator,
    OptimalConstant,
    ReplaceBy,
    Resample,
    Scale,
    Skip,
    Zero,
)


@pytest.fixture(autouse=True)
def _no_grad():
    with torch.no_grad():
        yield


MLP = "blocks.1.mlp"


def by_hand(vision: nn.Module, images: Tensor, instead: object) -> Tensor:
    """The vision transformer, with blocks.1.mlp written as a function of its input and output."""
    stream = vision.embed(images) + vision.position(torch.arange(8))
    first, second = vision.blocks
    stream = first(stream)
    stream = stream + second.attention(stream)
    stream = stream + instead(stream, second.mlp(stream))
    return vision.head(vision.norm(stream).mean(1))


def others(values: Tensor) -> Tensor:
    """What `Resample()` draws in a batch of two: the other example."""
    return values.flip(0)


HERE = [
    (Zero(), lambda x, y: torch.zeros_like(y)),
    (Constant(0.25), lambda x, y: torch.full_like(y, 0.25)),
    (Scale(-0.5), lambda x, y: -0.5 * y),
    (Skip(), lambda x, y: x),
    (Mean(), lambda x, y: y.mean(0)),
    (Mean("feature"), lambda x, y: y.mean((0, 1))),
    (Resample(), lambda x, y: others(y)),
    (ReplaceBy(torch.tanh), lambda x, y: x.tanh()),
]


@pytest.mark.parametrize(("by", "instead"), HERE, ids=[str(by) for by, _ in HERE])
def test_an_operator_on_the_batch_is_the_model_written_with_it(vision, images, by, instead):
    with ablated(vision, MLP, by=by):
        got = vision(images[:2])
    torch.testing.assert_close(got, by_hand(vision, images[:2], instead))


THERE = [
    (Mean(), lambda y: y.mean(0)),
    (Mean("feature"), lambda y: y.mean((0, 1))),
    (Freeze(), lambda y: y),
]


@pytest.mark.parametrize(("by", "instead"), THERE, ids=[str(by) for by, _ in THERE])
def test_an_operator_with_a_reference_takes_its_values_from_there(vision, images, by, instead):
    reference = torch.rand(4, 8, 8)
    (there,) = observe(vision, reference, MLP).own[MLP]
    with ablated(vision, MLP, by=by, reference=reference):
        got = vision(images)
    torch.testing.assert_close(got, by_hand(vision, images, lambda x, y: instead(there)))


def test_noise_is_the_same_draw_scaled(vision, images):
    moved = {}
    for scale in (0.1, 0.2):
        seen = []
        handle = vision.blocks[1].drop.register_forward_pre_hook(lambda _, x, to=seen: to.append(x))
        with ablated(vision, MLP, by=Noise(scale), seed=3, expect_effect=False):
            vision(images)
        handle.remove()
        (own,) = observe(vision, images, MLP).own[MLP]
        moved[scale] = seen[-1][0] - own
    torch.testing.assert_close(moved[0.2], 2 * moved[0.1], rtol=1e-4, atol=1e-6)
    spread = (moved[0.1] / own.flatten(1).std(1, correction=0).view(-1, 1, 1)).std()
    assert float(spread) == pytest.approx(0.1, rel=0.15)


def test_means_over_features_keep_channels_of_images_apart():
    net, x = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Identity()), torch.rand(2, 2, 5, 5)
    maps = net[0](x)
    for name in ("0", "1"):
        with ablated(net, name, by=Mean("feature")):
            torch.testing.assert_close(net(x), maps.mean((0, 2, 3), keepdim=True).expand_as(maps))
    with ablated(net, "0[1]", by=Mean("feature")):
        assert torch.allclose(net(x)[:, 1], maps[:, 1].mean())


def test_a_mean_over_features_serves_other_lengths_than_the_reference():
    net = nn.Sequential(nn.Linear(3, 3))
    reference = torch.rand(1, 9, 3)
    with ablated(net, "0", by=Mean("feature"), reference=reference):
        got = net(torch.rand(2, 4, 3))
    torch.testing.assert_close(got, net(reference).mean((0, 1)).expand(2, 4, 3))


def test_a_frozen_component_keeps_its_calls_apart():
    part = nn.Linear(2, 2)
    net = nn.Sequential(part, nn.Tanh(), part)
    reference, x = torch.rand(3, 2), torch.rand(3, 2)
    with ablated(net, "0", by=Freeze(), reference=reference) as patch:
        assert torch.equal(net(x), net(reference))
    assert patch.acted[0].calls == 4
    one = torch.rand(1, 2)
    with ablated(net, "0", by=Freeze(), reference=one):
        assert torch.equal(net(x), net(one).expand(3, 2))


def test_a_module_of_the_same_shapes_may_stand_in(vision, images):
    other = copy.deepcopy(vision.blocks[0].mlp)
    with ablated(vision, MLP, by=ReplaceBy(other, name="the other mlp")) as patch:
        got = vision(images)
    torch.testing.assert_close(got, by_hand(vision, images, lambda x, y: other(x)))
    assert str(patch.acted[0].operator) == "replace(the other mlp)"


@pytest.mark.parametrize(
    ("name", "by", "reason"),
    [
        (MLP, Freeze(), "Pass reference="),
        (MLP, ReplaceBy(lambda x: x[:, :1]), r"returns \(1, 8, 16\), it \(1, 1, 16\)"),
        (MLP, ReplaceBy(lambda x: (x, x)), "it .* and "),
        (f"{MLP}[0]", ReplaceBy(torch.tanh), "not a whole module"),
    ],
    ids=str,
)
def test_an_operator_that_cannot_serve_says_why(vision, images, name, by: Operator, reason):
    with pytest.raises(OperatorCannotServeError, match=reason), ablated(vision, name, by=by):
        vision(images[:1])
    assert "forward" not in vision.blocks[1].mlp.__dict__


def test_a_frozen_value_of_another_shape_is_refused(vision, images):
    with (
        pytest.raises(OperatorCannotServeError, match="the same, or one example"),
        ablated(vision, MLP, by=Freeze(), reference=images[:3]),
    ):
        vision(images[:2])


class Residual(nn.Module):
    """x + part(x), where the part may write into x."""

    def __init__(self, part: nn.Module) -> None:
        super().__init__()
        self.part = part

    def forward(self, x: Tensor) -> Tensor:
        return x + self.part(x)


@pytest.mark.parametrize("by", [Zero(), Skip(), Constant(2.0)], ids=str)
def test_a_component_that_is_off_writes_into_nothing(by):
    net, x = Residual(nn.ReLU(inplace=True)), torch.tensor([-1.0, 2.0])
    with ablated(net, "part", by=by):
        got = net(x)
    instead = {Zero(): 0 * x, Skip(): x, Constant(2.0): torch.full_like(x, 2.0)}[by]
    assert torch.equal(got, x + instead)


def test_a_component_that_writes_unannounced_is_refused():
    class Writes(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.mul_(2)

    net = Residual(Writes())
    with (
        pytest.raises(InPlaceError, match="'part' writes into its own input"),
        ablated(net, "part"),
    ):
        net(torch.ones(2))
    assert "forward" not in net.part.__dict__


def test_the_optimal_constant_is_the_least_squares_answer(vision, images):
    """Behind a linear map the best constant for a squared loss has a closed form."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(8, 3), nn.Linear(3, 5))
    x = torch.rand(40, 8)
    wanted = torch.rand(40, 5)
    by = OptimalConstant(loss=lambda out: (out - wanted).square().mean(), steps=1500, rate=0.01)
    with ablated(net, "0", by=by, reference=x):
        got = net(x)
    target = (wanted.mean(0) - net[1].bias).unsqueeze(1)
    best = torch.linalg.lstsq(net[1].weight, target).solution.squeeze(1)
    torch.testing.assert_close(got, net[1](best).expand_as(got), rtol=1e-3, atol=1e-3)


def test_no_other_constant_costs_less_than_the_optimal_one(vision, images):
    labels = torch.tensor([1, 2, 3, 4])

    def loss(output: Tensor) -> Tensor:
        return nn.functional.cross_entropy(output, labels)

    def cost(by: Operator, name: str) -> float:
        with ablated(vision, name, by=by, reference=images):
            return float(loss(vision(images)))

    before = {name: value.clone() for name, value in vision.state_dict().items()}
    for name in (MLP, "blocks.0.attention.heads[0]"):
        optimal = cost(OptimalConstant(loss=loss, steps=60), name)
        assert optimal < min(cost(Zero(), name), cost(Mean(), name)) + 1e-6
        shared = cost(OptimalConstant(loss=loss, each="feature", steps=60), name)
        assert optimal <= shared + 0.05
    assert all(torch.equal(before[name], value) for name, value in vision.state_dict().items())
    assert all(weights.grad is None for weights in vision.parameters())


def test_an_optimal_constant_needs_a_reference_and_a_loss_with_a_gradient(vision, images):
    with (
        pytest.raises(OperatorCannotServeError, match="Pass reference="),
        ablated(vision, MLP, by=OptimalConstant(loss=torch.mean)),
    ):
        vision(images)
    with (
        pytest.raises(OperatorCannotServeError, match="must be one number"),
        ablated(vision, MLP, by=OptimalConstant(loss=lambda out: 1.0), reference=images),
    ):
        vision(images)
    assert "forward" not in vision.blocks[1].mlp.__dict__


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_is_returned_side_by_side_is_resampled_from_one_example(elsewhere):
    class Reads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory = nn.LSTM(4, 6, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            steps, (last, _) = self.memory(x)
            return torch.cat([steps[:, -1], last[0]], 1)

    torch.manual_seed(0)
    net, x, reference = Reads(), torch.randn(7, 3, 4), torch.randn(9, 3, 4)
    how = {"reference": reference} if elsewhere else {}
    with torch.no_grad():
        others = net(reference if elsewhere else x)
        for seed in range(5):
            with ablated(net, "memory", by=Resample(), seed=seed, **how):
                found = net(x)
            nearest = torch.cdist(found, others).min(1)
            assert nearest.values.max() < 1e-4
            assert elsewhere or not (nearest.indices == torch.arange(7)).any()


def test_noise_on_one_number_takes_its_size_from_the_reference():
    net, x, reference = nn.Sequential(nn.Linear(4, 3)), torch.randn(5, 4), torch.randn(50, 4)
    refused = pytest.raises(OperatorCannotServeError, match="no deviation of its own")
    with refused, ablated(net, "0[1]", by=Noise()):
        net(x)
    with torch.no_grad():
        with ablated(net, "0[1]", by=Noise(), reference=reference):
            found = net(x)
        assert (found != net(x)).any(0).tolist() == [False, True, False]
