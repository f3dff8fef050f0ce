"""Modules that make a sweep hard: each gives what the naive loop gives, or one clear line."""

from collections import namedtuple

import pytest
import torch
from torch import Tensor, nn

from ablation import Mean, Zero, ablated, sweep
from ablation.errors import AblationError

Pair = namedtuple("Pair", "scores state")


class Net(nn.Module):
    """Two layers, with something odd between them."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.head = nn.Linear(6, 6), nn.Linear(6, 6), nn.Linear(6, 3)
        self.odd = 0.5

    def forward(self, x: Tensor) -> object:
        return self.head(self.b(self.between(self.a(x))).relu())

    def between(self, x: Tensor) -> Tensor:
        return x.relu()


class WritesIntoItself(Net):
    def between(self, x: Tensor) -> Tensor:
        return x.relu_().mul_(2).add_(0.1)


class WritesIntoAView(Net):
    def between(self, x: Tensor) -> Tensor:
        y = x.relu()
        y[:, :2] *= 3
        return y


class WritesIntoItsInput(Net):
    def forward(self, x: Tensor) -> object:
        x.mul_(0.5)
        return super().forward(x)


class Returns(Net):
    def forward(self, x: Tensor) -> object:
        y = self.head(self.b(self.between(self.a(x))))
        return {"scores": Pair(y, x.sum()), "name": "net", "n": 3}


class Branches(Net):
    def between(self, x: Tensor) -> Tensor:
        return x.relu() if x.sum() > 0 else x.tanh()


class Loops(Net):
    def between(self, x: Tensor) -> Tensor:
        for _ in range(int(x.abs().max() * 3)):
            x = x.tanh()
        return x


class CallsTwice(Net):
    def between(self, x: Tensor) -> Tensor:
        return self.a(self.a(x).relu())


class Tied(Net):
    def __init__(self) -> None:
        super().__init__()
        self.b = self.a


class TiedWeights(Net):
    def __init__(self) -> None:
        super().__init__()
        self.b.weight = self.a.weight


class Counts(Net):
    """Its code goes another way every time."""

    def between(self, x: Tensor) -> Tensor:
        self.odd += 1
        return x * self.odd


class Hooked(Net):
    def __init__(self) -> None:
        super().__init__()
        self.a.register_forward_hook(lambda _module, _read, out: out * 1.5)
        self.b.register_forward_pre_hook(lambda _module, read: (read[0] + 0.25,))
        self.register_forward_hook(lambda _module, _read, out: out - 1)


class LooksUp(Net):
    def between(self, x: Tensor) -> Tensor:
        order = x.argsort(1)
        return x.gather(1, order)


class Leaves(Net):
    """Numbers leave torch on the way."""

    def between(self, x: Tensor) -> Tensor:
        return torch.from_numpy(x.detach().numpy().copy()).relu()


class Fails(Net):
    def between(self, x: Tensor) -> Tensor:
        if bool((x == 0).all()):
            raise RuntimeError("nothing left of it")
        return x


KINDS = (
    *(WritesIntoItself, WritesIntoAView, WritesIntoItsInput, Returns, Branches, Loops, CallsTwice),
    *(Tied, TiedWeights, Hooked, LooksUp, Leaves),
)


def scores(output: object) -> Tensor:
    return (output["scores"].scores if isinstance(output, dict) else output)[:, 0]


def state(module: nn.Module) -> list[object]:
    parts = list(module.modules())
    hooks = [(dict(p._forward_hooks), dict(p._forward_pre_hooks)) for p in parts]
    return [hooks, [dict(vars(p)) for p in parts], [p.forward for p in parts], module.training]


def made(kind: type[Net]) -> tuple[Net, Tensor, list[str]]:
    torch.manual_seed(1)
    module = kind().eval()
    names = ["a", "a[0]"] if kind is Tied else ["a", "b", "a[0]", "b[1:3]"]
    return module, torch.rand(5, 6), names


@pytest.mark.parametrize("by", [Zero(), Mean()], ids=str)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_hostile_module_gives_what_the_naive_loop_gives(kind, by):
    module, x, names = made(kind)
    with torch.no_grad():
        whole = scores(module(x.clone())).mean()
        right = []
        for name in names:
            with ablated(module, name, by=by, expect_effect=False):
                right.append(scores(module(x.clone())).mean())
    before, weights = state(module), {k: v.clone() for k, v in module.state_dict().items()}
    given = x.clone()
    found = sweep(module, x, names, metric=scores, by=by, expect_effect=False)
    assert found["baseline"].iloc[0] == pytest.approx(float(whole), abs=1e-6)
    assert found["ablated"].tolist() == pytest.approx([float(v) for v in right], abs=2e-6)
    assert found.attrs["engine"] == "suffix" or found.attrs["reason"]
    assert state(module) == before
    assert all(torch.equal(v, weights[k]) for k, v in module.state_dict().items())
    assert torch.equal(x, given)


@pytest.mark.parametrize("kind", [Counts, Fails])
def test_what_cannot_be_swept_is_one_clear_line_and_the_module_is_as_it_was(kind):
    module, x, names = made(kind)
    before = state(module)[0], [p.forward for p in module.modules()]
    with pytest.raises((AblationError, RuntimeError)) as told:
        sweep(module, x, names, metric=scores)
    assert len(str(told.value).splitlines()) == 1
    assert (state(module)[0], [p.forward for p in module.modules()]) == before


def test_an_output_without_a_number_is_one_clear_line():
    class Words(Net):
        def forward(self, x: Tensor) -> object:
            super().forward(x)
            return "words"

    module, x, names = made(Words)
    with pytest.raises(AblationError, match="one number") as told:
        sweep(module, x, names, metric=lambda output: output)
    assert len(str(told.value).splitlines()) == 1
