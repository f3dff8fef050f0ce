"""What a sweep says where it cannot do what is asked, and that the module is left as it was."""

import pytest
import torch
from torch import Tensor, nn

from ablation import Mean, Skip
from ablation.neural.errors import (
    AblationHadNoEffectError,
    OperatorCannotServeError,
    PartError,
    RandomModuleError,
    UnknownModuleError,
)
from ablation.neural.sweep import Progress, sweep
from ablation.neural.sweep.errors import MetricShapeError, UnknownSubsetError


class Branching(nn.Module):
    """Which way it goes depends on the data."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        return self.b(x) if x.sum() > 0 else self.c(x)


class Mixing(nn.Module):
    """Examples read one another."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        return self.b(x - x.mean(0))


class Writing(nn.Module):
    """Writes into a view of what another reads later."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        x[:, 0].mul_(2)
        return self.b(x)


@pytest.fixture
def plain() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)).eval()


@pytest.fixture
def x() -> Tensor:
    return torch.rand(5, 4, generator=torch.Generator().manual_seed(0)) + 1


def mean(output: Tensor) -> Tensor:
    return output.mean()


def test_an_unknown_component_is_told_the_nearest_names(x):
    net = nn.ModuleDict({"attention": nn.ReLU()})
    with pytest.raises(UnknownModuleError, match="Did you mean attention") as error:
        sweep(net, x, "atention", metric=mean)
    assert error.value.nearest == ("attention",)


@pytest.mark.parametrize("text", ["block.*", "block.*.attn.heads[*]", "block.*[*]"])
def test_a_pattern_without_a_match_is_refused(plain, x, text):
    with pytest.raises(UnknownModuleError):
        sweep(plain, x, text, metric=mean)


@pytest.mark.parametrize(
    "text", ["0[", "0[a]", "0[3:2]", "0[4]", "0[0:9]", "0]", "0.heads[0]", "0[*:0]x"]
)
def test_a_notation_without_meaning_shows_what_would_have_one(plain, x, text):
    with pytest.raises((PartError, UnknownModuleError)):
        sweep(plain, x, text, metric=mean)


@pytest.mark.parametrize(
    "metric", [lambda output: output, lambda output: "good", lambda output: output[:3, 0]]
)
def test_a_metric_of_the_wrong_shape_is_refused(plain, x, metric):
    with pytest.raises(MetricShapeError, match="one number"):
        sweep(plain, x, "0", metric=metric)


def test_a_branch_on_data_runs_whole_passes_and_says_so(x):
    torch.manual_seed(0)
    net = Branching().eval()
    net.a.bias.data.fill_(3.0)
    found = sweep(net, x, "a", metric=mean)
    with torch.no_grad():
        expected = float(net.c(torch.zeros(5, 4)).mean())
    assert found["ablated"][0] == pytest.approx(expected), "without a, the other branch is taken"
    assert found.attrs["engine"] == "naive"
    assert "a branch in the code depends on the data" in found.attrs["reason"]
    assert found["exact"].all()


def test_examples_that_read_one_another_are_not_put_side_by_side(x):
    torch.manual_seed(0)
    net = Mixing().eval()
    found = sweep(net, x, ["a[*]", "b"], metric=lambda output: output[:, 0], verify=None)
    assert found.attrs["engine"] == "suffix"
    assert found.attrs["together"] == 1
    assert "all examples together" in found.attrs["reason"]
    assert found.attrs["largest_difference"] <= 1e-6


def test_a_write_into_a_view_runs_whole_passes_and_says_so(x):
    torch.manual_seed(0)
    found = sweep(Writing().eval(), x, ["a", "b"], metric=mean)
    assert found.attrs["engine"] == "naive"
    assert "in place" in found.attrs["reason"]


def test_a_difference_from_the_naive_loop_falls_back_and_says_so(plain, x, monkeypatch):
    from ablation.neural.sweep.program import Operation

    correctly = Operation.__call__
    monkeypatch.setattr(Operation, "__call__", lambda self, state: _off(correctly(self, state)))
    plain = nn.Sequential(plain, nn.Tanh())
    found = sweep(plain, x, ["0.0", "0.1"], metric=mean)
    assert found.attrs["engine"] == "naive"
    assert "differs by" in found.attrs["reason"]
    monkeypatch.undo()
    right = sweep(plain, x, ["0.0", "0.1"], metric=mean)
    assert right["ablated"].tolist() == pytest.approx(found["ablated"].tolist(), rel=1e-6)


def _off(value: object) -> object:
    return value * 1.001 if isinstance(value, Tensor) else value


def test_without_a_comparison_nothing_is_called_exact(plain, x):
    assert not sweep(plain, x, ["0", "1"], metric=mean, verify=0)["exact"].any()


def test_an_ablation_that_does_nothing_is_no_second_baseline(plain, x):
    with torch.no_grad():
        plain[0].weight.zero_()
        plain[0].bias.zero_()
    with pytest.raises(AblationHadNoEffectError, match="same with and without"):
        sweep(plain, x, ["0"], metric=mean)
    found = sweep(plain, x, ["0"], metric=mean, expect_effect=False)
    assert found["effect"][0] == 0
    assert found["rank"].isna().all(), "what is within the noise floor is not ranked"


def test_a_component_that_is_never_called_is_told(x):
    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = nn.Linear(4, 4), nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.used(x)

    with pytest.raises(AblationHadNoEffectError, match="never called"):
        sweep(Idle(), x, ["used", "idle"], metric=mean)


def test_a_random_module_is_refused(x):
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 4)).train()
    with pytest.raises(RandomModuleError, match="eval"):
        sweep(net, x, ["0", "2"], metric=mean)


def test_operators_that_cannot_serve_say_why(plain, x):
    with pytest.raises(OperatorCannotServeError):
        sweep(plain, x, "0[1]", metric=mean, by=Skip())
    with pytest.raises(OperatorCannotServeError):
        sweep(plain, x[:1], "0", metric=mean, by=Mean())


def test_a_subset_of_unknown_names_is_refused(plain, x):
    with pytest.raises(UnknownSubsetError):
        sweep(plain, x, ["0"], metric=mean, subsets=[["1"]])


def test_the_module_is_left_bit_for_bit_as_it_was(x):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True), nn.Linear(4, 2))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    keys = {name: set(vars(part)) for name, part in net.named_modules()}
    given = x.clone()
    sweep(net.train(), x, ["0", "1"], metric=mean)
    with pytest.raises(MetricShapeError):
        sweep(net, x, ["0"], metric=lambda output: output)
    after = net.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert keys == {name: set(vars(part)) for name, part in net.named_modules()}
    assert torch.equal(x, given)


def test_progress_tells_what_was_run_and_what_was_saved(plain, x):
    seen: list[Progress] = []
    sweep(plain, x, ["0[*]", "2[*]", "1"], metric=mean, progress=seen.append, expect_effect=False)
    assert seen[-1].done == seen[-1].planned == 7
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert all(each.forwards + each.saved <= each.done + 1 + 1e-9 for each in seen)


def test_the_noise_floor_is_rounding(plain, x):
    found = sweep(plain, x, ["0[*]", "2"], metric=mean, expect_effect=False)
    assert (found["noise_floor"] > 0).all()
    assert (found["noise_floor"] < 1e-5 * found["baseline"].abs()).all()
