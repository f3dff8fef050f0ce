"""A sweep is the naive loop, faster: every road, net, operator, order and batch gives the same."""

import math

import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

from ablation import Mean, Noise, Resample, Skip, ablated
from ablation.neural.replacement import OFF
from ablation.neural.sweep import sweep
from ablation.neural.sweep.cutting import places_of
from ablation.neural.sweep.narrowing import narrowed
from ablation.neural.sweep.recording import record
from ablation.neural.sweep.steps import bytes_of
from ablation.operators import Constant, Scale
from benchmarks.networks import Language


class Recurrent(nn.Module):
    """A cell in a loop over time, then a torch LSTM that returns a nest of tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.lstm = nn.RNNCell(6, 8), nn.LSTM(8, 8, batch_first=True)
        self.drop, self.head = nn.Identity(), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        state, states = x.new_zeros(x.shape[0], 8), []
        for t in range(x.shape[1]):
            state = self.cell(x[:, t], state)
            states.append(state)
        found, _ = self.lstm(torch.stack(states, 1))
        return self.head(self.drop(found)[:, -1])


def mlp() -> nn.Module:
    steps = [step for _ in range(4) for step in (nn.Linear(12, 12), nn.ReLU())]
    return nn.Sequential(*steps, nn.Linear(12, 3))


def convolutional() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(2, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True)),
        *(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(128, 5)),
    )


def encoder() -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


NETS = {
    "mlp": (mlp, lambda: draw(6, 12), ["0", "2[*:3]", "1[0:6]", "3", "4[*]", "7"]),
    "cnn": (convolutional, lambda: draw(6, 2, 8, 8), ["0[*]", "3[*:2]", "4"]),
    "own attention": (
        lambda: Language(16, 4, 3, tokens=50),
        lambda: torch.randint(50, (6, 7), generator=torch.Generator().manual_seed(1)),
        ["blocks.*.attn.heads[*]", "blocks.*.mlp", "blocks.0.attn", "embed[*:4]", "norm"],
    ),
    "multi-head attention": (
        encoder,
        lambda: draw(6, 5, 16),
        ["layers.*.self_attn.heads[*]", "layers.*.linear1[*:8]", "layers.*.linear2"],
    ),
    "recurrent": (Recurrent, lambda: draw(6, 4, 6), ["cell[0:2]", "cell", "lstm[0:4]", "drop"]),
}


def net(name: str) -> tuple[nn.Module, Tensor, list[str]]:
    torch.manual_seed(0)
    make, inputs, components = NETS[name]
    return make().eval(), inputs(), components


def first(output: Tensor) -> Tensor:
    return output.reshape(len(output), -1)[:, 0]


def off(module: nn.Module, x: Tensor, names, by=OFF, metric=first) -> float:
    with torch.no_grad(), ablated(module, names, by=by, expect_effect=False):
        return float(metric(module(x)).mean())


def naive(module: nn.Module, x: Tensor, components: list[str], by=OFF, metric=first) -> list:
    return [off(module, x, name, by, metric) for name in places_of(module, components)]


def differ(found: pd.DataFrame, expected: list[float]) -> float:
    scale = max(map(abs, [*expected, float(found["baseline"][0])]))
    return float((found["ablated"] - expected).abs().max()) / scale


@pytest.mark.parametrize("together", [None, 1, 3, 50])
@pytest.mark.parametrize("name", NETS)
def test_every_net_gives_what_the_naive_loop_gives(name, together):
    module, x, components = net(name)
    found = sweep(module, x, components, metric=first, together=together, verify=None)
    assert found.attrs["engine"] == "suffix", found.attrs["reason"]
    assert found.attrs["largest_difference"] <= 1e-6
    assert differ(found, naive(module, x, components)) <= 1e-6
    with torch.no_grad():
        assert found["baseline"][0] == pytest.approx(float(first(module(x)).mean()), rel=1e-6)
    assert found["exact"].all()


@pytest.mark.parametrize("by", [Skip(), Mean(), Resample(), Noise(0.5), Constant(1.0), Scale(0.5)])
def test_every_operator_gives_what_the_naive_loop_gives(by):
    module, x, _ = net("own attention")
    names = (
        ["blocks.*.attn"]
        if by == Skip()
        else ["blocks.*.attn", "blocks.*.mlp", "blocks.*.attn.heads[*]"]
    )
    found = sweep(module, x, names, metric=first, by=by, verify=None)
    assert found.attrs["engine"] == "suffix", found.attrs["reason"]
    assert differ(found, naive(module, x, names, by)) <= 1e-6


def test_reference_values_are_those_of_the_context_manager():
    module, x, _ = net("mlp")
    other = draw(9, 12) + 1
    found = sweep(module, x, ["1", "3"], metric=first, by=Mean(), reference=other)
    for name, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, name, by=Mean(), reference=other):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-6)


def test_a_head_is_the_columns_of_the_output_projection():
    module, x, _ = net("multi-head attention")
    found = sweep(module, x, "layers.0.self_attn.heads[2]", metric=first)
    weight = module.layers[0].self_attn.out_proj.weight
    with torch.no_grad():
        before = weight.clone()
        weight[:, 8:12] = 0
        expected = float(first(module(x)).mean())
        weight.copy_(before)
    assert found["ablated"][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", NETS)
def test_batches_and_the_order_of_examples_change_nothing(name):
    module, x, components = net(name)
    one = sweep(module, x, components, metric=first)
    turned = sweep(module, x.flip(0), components, metric=first)
    cut = sweep(module, x, components, metric=first, batch_size=4)
    listed = sweep(module, [x[:1], x[1:]], components, metric=first)
    for other in (turned, cut, listed):
        assert differ(other, list(one["ablated"])) <= 1e-6
    assert differ(cut, naive(module, x, components)) <= 1e-6


@pytest.mark.parametrize("name", NETS)
def test_pairs_are_the_naive_pairs(name):
    module, x, components = net(name)
    parts = list(places_of(module, components))[::3][:4]
    found = sweep(module, x, parts, metric=first, subsets=2, verify=None, expect_effect=False)
    assert len(found) == len(parts) + math.comb(len(parts), 2)
    expected = [off(module, x, row.split(" + ")) for row in found["component"]]
    assert differ(found, expected) <= 1e-6
    assert found.attrs["engine"] == "suffix"


def test_subsets_are_run_as_they_are_given():
    module, x, _ = net("mlp")
    found = sweep(module, x, ["0", "1", "2"], metric=first, subsets=[["2", "0"], [], ["1"]])
    assert list(found["component"]) == ["0 + 2", "nothing", "1"]
    assert found["effect"][1] == 0


@pytest.mark.parametrize("memory", [1, 2_000, 20_000])
def test_little_memory_costs_time_and_nothing_else(memory):
    for name in NETS:
        module, x, components = net(name)
        found = sweep(module, x, components, metric=first, memory=memory, verify=None)
        assert found.attrs["engine"] == "suffix"
        assert differ(found, naive(module, x, components)) <= 1e-6


def test_a_trained_net_gives_what_the_naive_loop_gives():
    digits = load_digits()
    x = torch.tensor(digits.data[:400] / 16, dtype=torch.float32)
    y = torch.tensor(digits.target[:400])
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    optimizer = torch.optim.AdamW(module.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        F.cross_entropy(module(x), y).backward()
        optimizer.step()
    module.eval()

    def loss(output: Tensor) -> Tensor:
        return F.cross_entropy(output, y[: len(output)], reduction="none")

    found = sweep(module, x, ["0[*:4]", "2[*:4]"], metric=loss, verify=None)
    assert found["baseline"][0] < 0.2
    assert found.attrs["largest_difference"] <= 1e-6
    assert differ(found, naive(module, x, ["0[*:4]", "2[*:4]"], metric=loss)) <= 1e-6
    assert found["rank"].notna().any()


def test_a_recording_is_the_factual_pass():
    for name in NETS:
        module, x, components = net(name)
        recording = record(module, x, places_of(module, components))
        with torch.no_grad():
            torch.testing.assert_close(
                recording.values.one(recording.output), module(x), rtol=1e-6, atol=1e-6
            )


@pytest.mark.parametrize("components", ["blocks.*.mlp", "blocks.*.attn.heads[*]"])
def test_positions_that_nobody_reads_are_not_computed(components):
    module, x, _ = net("own attention")
    recording = record(module, x, places_of(module, components), arguments=False)
    less = narrowed(recording, {}).recording
    sizes = [sum(bytes_of(form) for _, form in each.values.known()) for each in (recording, less)]
    assert sizes[1] < 0.95 * sizes[0]
    found = sweep(module, x, components, metric=first, verify=None)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
    assert differ(found, naive(module, x, [components])) <= 1e-6
