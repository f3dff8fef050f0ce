"""Networks written by somebody else, in all the ways that people write them: one naive loop."""

import numpy as np
import pytest
import torch
from strategies.hugging_face import language, vision
from torch import Tensor, nn
from torch.nn import functional as F

from ablation import Mean, Noise, OptimalConstant, Resample, Zero, ablated, sweep
from ablation.errors import AblationError
from ablation.neural.sweep.cutting import places_of
from ablation.operators import Constant, Operator, Scale


class Vision(nn.Module):
    """Patches, a class token, fused multi-head attention."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 4, 4)
        self.first, self.where = (nn.Parameter(torch.randn(1, n, 16)) for n in (1, 5))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, norm_first=True)
            for _ in range(2)
        )
        self.head = nn.Linear(16, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(len(x), -1, -1), x], 1) + self.where
        for layer in self.layers:
            x = layer(x)
        return self.head(x[:, 0])


class Repeated(nn.Module):
    """The same two layers three times."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.head = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = x + torch.tanh(self.b(F.relu(self.a(x))))
        return self.head(x)


class Residual(nn.Module):
    """Convolutions, normalisation, writes in place, pools of what is large."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.one = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1, bias=False) for _ in range(3))
        self.norm = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(3))
        self.two = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(3))
        self.head = nn.Linear(8, 4)
        for norm in self.norm:
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for one, norm, two in zip(self.one, self.norm, self.two, strict=True):
            x = x + two(F.relu(norm(one(x)), inplace=True))
            x = F.max_pool2d(x, 2) if x.shape[-1] > 4 else x
        return self.head(x.mean((2, 3)))


class Words(nn.Module):
    """Attention by hand with a mask of its own, and tied embeddings."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.where = nn.Embedding(30, 16), nn.Parameter(torch.randn(9, 16))
        self.register_buffer("mask", torch.tril(torch.ones(9, 9)).bool())
        self.mix = nn.ModuleList(nn.Linear(16, 48) for _ in range(2))
        self.proj = nn.ModuleList(nn.Linear(16, 16) for _ in range(2))
        self.up = nn.ModuleList(nn.Linear(16, 32) for _ in range(2))
        self.down = nn.ModuleList(nn.Linear(32, 16) for _ in range(2))
        self.norm = nn.ModuleList(nn.LayerNorm(16) for _ in range(4))

    def forward(self, tokens: Tensor) -> Tensor:
        examples, length = tokens.shape
        x = self.embed(tokens) + self.where[:length]
        for i in range(2):
            parts = self.mix[i](self.norm[2 * i](x)).split(16, 2)
            q, k, v = (each.view(examples, length, 4, 4).transpose(1, 2) for each in parts)
            scores = (q @ k.transpose(-2, -1)) / 2
            scores = scores.masked_fill(~self.mask[:length, :length], float("-inf"))
            found = (scores.softmax(-1) @ v).transpose(1, 2).contiguous()
            x = x + self.proj[i](found.view(examples, length, 16))
            x = x + self.down[i](F.gelu(self.up[i](self.norm[2 * i + 1](x))))
        return x @ self.embed.weight.T


class Steps(nn.Module):
    """Time first, a recurrent network, and results written into a buffer step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.gru, self.part, self.head = nn.GRU(6, 8, 2), nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        found, state = self.gru(x.transpose(0, 1))
        out = torch.zeros(found.shape[0], x.shape[0], 8)
        for t in range(len(found)):
            out[t] = torch.sigmoid(self.part(found[t]))
        return self.head(out[-1] + state[-1])


class TimeFirst(nn.Module):
    """An encoder that wants positions before examples."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(16, 4, 24)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(x.transpose(0, 1)).mean(0))


class Writing(nn.Module):
    """Values written over again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 3)
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x: Tensor) -> Tensor:
        y = self.a(x)
        y += 1
        z = self.norm(self.b(y))
        z.relu_()
        z *= 2
        return self.c(y + z)


class Gated(nn.Module):
    """One branch times another."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.up = nn.Linear(6, 12), nn.Linear(6, 12)
        self.down, self.head = nn.Linear(12, 6), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(x + self.down(F.silu(self.gate(x)) * self.up(x)))


class Chosen(nn.Module):
    """Each example's own column, looked up by its position."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(6, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        found = self.a(x)
        here = torch.arange(len(found))
        return self.b(found[here, found.argmax(-1)].unsqueeze(1) * found)


NETS = {
    "vision": (Vision, (6, 3, 8, 8), ["patch[*:4]", "layers.*.self_attn.heads[*]", "layers.*.*2"]),
    "repeated": (Repeated, (7, 8), ["a[*:2]", "b[*:4]", "a", "b"]),
    "residual": (Residual, (5, 3, 12, 12), ["stem[*:2]", "one.*[*:2]", "norm.*[*:4]", "two.*"]),
    "words": (Words, None, ["mix.*[*:16]", "proj.*", "up.*[*:8]", "embed", "proj.*.tokens[3]"]),
    "steps": (Steps, (4, 5, 6), ["gru", "part", "part[*:2]"]),
    "time first": (
        TimeFirst,
        (6, 5, 16),
        ["encoder.layers.*.self_attn.heads[*]", "encoder.layers.*.linear1[*:8]"],
    ),
    "writing": (Writing, (6, 6), ["a[*:2]", "b[*:3]", "norm", "c"]),
    "chosen": (Chosen, (6, 6), ["a[*:2]", "b", "a"]),
    "gated": (Gated, (6, 6), ["gate[*:4]", "up[*:3]", "down", "gate"]),
}
OPERATORS = [Zero(), Mean(), Resample(), Noise(0.5), Constant(1.0), Scale(0.5)]


def net(name: str) -> tuple[nn.Module, Tensor, list[str]]:
    torch.manual_seed(0)
    make, shape, components = NETS[name]
    module = make().eval()
    return module, torch.randint(30, (5, 9)) if shape is None else torch.randn(shape), components


def last(output: Tensor) -> Tensor:
    return output.reshape(len(output), -1)[:, -1]


def naive(module: nn.Module, x: Tensor, row: str, by: Operator) -> float:
    names = row.split(" + ")
    with torch.no_grad(), ablated(module, names, by=by, expect_effect=False):
        return float(last(module(x)).double().mean())


def differ(found, expected: list[float], scale: float = 1.0) -> float:
    """Largest difference relative to the numbers of the output, whose mean may be near nought."""
    scale = max(scale, np.abs([*expected, found["baseline"][0]]).max())
    return float(np.abs(found["ablated"] - expected).max() / scale)


@pytest.mark.parametrize("by", OPERATORS, ids=str)
@pytest.mark.parametrize("name", NETS)
def test_each_component_alone_and_in_pairs_is_the_naive_loop(name, by):
    module, x, components = net(name)
    found = sweep(module, x, components, metric=last, by=by, expect_effect=False)
    assert (found.attrs["engine"], found.attrs["reason"]) == ("suffix", "")
    assert differ(found, [naive(module, x, row, by) for row in found["component"]]) <= 1e-6
    some = list(places_of(module, components))[::3][:5]
    pairs = [
        [a, b]
        for i, a in enumerate(some)
        for b in some[i + 1 :]
        if naive_is_possible(module, x, f"{a} + {b}", by)
    ]
    found = sweep(module, x, some, metric=last, by=by, subsets=pairs, expect_effect=False)
    assert found.attrs["engine"] == "suffix"
    assert differ(found, [naive(module, x, row, by) for row in found["component"]]) <= 1e-6


def naive_is_possible(module: nn.Module, x: Tensor, row: str, by: Operator) -> bool:
    """Components that share entries cannot be switched off together."""
    try:
        naive(module, x, row, by)
    except AblationError:
        return False
    return True


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("name", NETS)
def test_batches_of_any_size_give_the_same(name, size):
    module, x, components = net(name)
    whole = sweep(module, x, components, metric=last, expect_effect=False)
    cut = sweep(module, x, components, metric=last, batch_size=size, expect_effect=False)
    assert differ(cut, list(whole["ablated"])) <= 1e-6


def test_the_best_constants_are_sought_row_by_row():
    module, x, _ = net("gated")
    by = OptimalConstant(loss=lambda output: output.square().mean(), steps=20)
    rows = [["gate"], ["down"], ["gate", "up"]]
    found = sweep(module, x, ["gate", "up", "down"], metric=last, by=by, reference=x, subsets=rows)
    assert found.attrs["engine"] == "suffix"
    for row, value in zip(rows, found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row, by=by, reference=x):
            assert float(last(module(x)).mean()) == pytest.approx(value, rel=1e-5)


def test_the_best_constants_need_examples_to_be_sought_on():
    module, x, _ = net("gated")
    with pytest.raises(AblationError, match="reference="):
        sweep(module, x, "gate", metric=last, by=OptimalConstant(loss=lambda out: out.mean()))


def test_a_model_of_another_library_is_resumed():
    torch.manual_seed(0)
    module, inputs = language(texts=3)
    names = [
        "transformer.h.*.attn.heads[*]",
        "transformer.h.*.mlp",
        "transformer.h.*.mlp.c_fc[*:32]",
    ]

    def logit(output: object) -> Tensor:
        return output.logits[:, -1, 0]

    found = sweep(module, inputs, names, metric=logit)
    assert found.attrs["engine"] == "suffix", found.attrs["reason"]
    expected = []
    for name in found["component"]:
        with torch.no_grad(), ablated(module, name):
            expected.append(float(logit(module(**inputs)).mean()))
    assert differ(found, expected) <= 1e-6


def test_a_vision_model_of_another_library_is_resumed():
    torch.manual_seed(0)
    module, inputs = vision(images=3)
    names = [n for n, part in module.named_modules() if type(part).__name__.endswith("MLP")]
    names = names or [n for n, part in module.named_modules() if n.endswith("intermediate")]
    found = sweep(module, inputs, names, metric=lambda output: output.logits[:, 0])
    assert found.attrs["engine"] == "suffix", found.attrs["reason"]
    for name, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, name):
            assert float(module(**inputs).logits[:, 0].mean()) == pytest.approx(value, rel=1e-5)
