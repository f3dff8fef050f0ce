"""What a sweep takes of memory while it works, measured: never much more than it was given."""

import weakref

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ablation import Zero, ablated, sweep
from ablation.neural.sweep.cutting import places_of
from ablation.neural.sweep.holding import Held
from ablation.neural.sweep.recorder import GIVEN
from ablation.neural.sweep.recording import record

LAYERS, WIDTH, EXAMPLES = 24, 128, 64
VALUE = 4 * WIDTH * EXAMPLES  # bytes of what one layer returns


class Live(TorchDispatchMode):
    """How many bytes of tensors are alive at once, at most."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.peak = 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **(kwargs or {}))
        given = {leaf.untyped_storage()._cdata for leaf in _tensors((args, kwargs))}
        for leaf in _tensors(found):
            if not leaf.is_meta and leaf.untyped_storage()._cdata not in given:
                self._note(leaf.untyped_storage())
        return found

    def _note(self, memory: torch.UntypedStorage) -> None:
        if memory._cdata not in self.known:
            self.known.add(memory._cdata)
            self.now += memory.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(memory, self._gone, memory._cdata, memory.nbytes())

    def _gone(self, which: int, size: int) -> None:
        self.known.discard(which)
        self.now -= size


def _tensors(tree: object) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]


def first(output: Tensor) -> Tensor:
    return output[:, 0]


class Residual(nn.Module):
    """A deep network that writes in place, looks at shapes and passes tuples on."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, 4)

    def forward(self, x: Tensor) -> Tensor:
        for i, layer in enumerate(self.layers):
            y = torch.tanh(layer(x))
            if i % 3 == 0:
                y.mul_(0.5)
            a, b = y.chunk(2, dim=-1)
            x = x + torch.cat([b, a], -1).reshape(len(x), -1)
        return self.head(x)


def measured(memory: int, examples: int = EXAMPLES, **asked) -> tuple[int, object]:
    module = Residual().eval()
    x = torch.randn(examples, WIDTH, generator=torch.Generator().manual_seed(1))
    sweep(module, x[:1], ["head"], metric=first)  # which frees one large block, once
    with Live() as live:
        found = sweep(module, x, ["layers.*"], metric=first, memory=memory, **asked)
    return live.peak, found


def test_a_pass_is_never_held_whole_where_memory_is_short():
    memory = 16 * VALUE
    plenty, right = measured(2**30)
    bounded, found = measured(memory)
    assert plenty > 5 * LAYERS * VALUE, "there would be much to hold"
    assert bounded <= memory + 4 * VALUE, "the code itself has some values at once"
    assert found.attrs["engine"] == "suffix"
    assert found["effect"].tolist() == pytest.approx(right["effect"].tolist(), abs=1e-6)
    assert found.attrs["forwards"] > right.attrs["forwards"], "what is done again is counted"


def test_runs_side_by_side_are_bounded_as_well():
    memory = 64 * VALUE
    bounded, found = measured(memory, together=8, subsets=2)
    assert found.attrs["engine"] == "suffix"
    assert bounded <= memory + 4 * VALUE


@pytest.mark.parametrize("examples", [1, 2])
def test_few_examples_are_bounded_as_well(examples):
    memory = 16 * VALUE * examples // EXAMPLES
    bounded, found = measured(memory, examples=examples)
    assert found.attrs["engine"] == "suffix"
    assert bounded <= 2 * memory


def test_later_batches_are_bounded_as_well():
    memory = 4 * VALUE
    bounded, found = measured(memory, batch_size=EXAMPLES // 4)
    assert found.attrs["engine"] == "suffix"
    assert bounded <= memory + 2 * VALUE


@pytest.mark.parametrize("memory", [0, 1, 4 * VALUE])
def test_what_was_let_go_is_computed_again_as_it_was(memory):
    module = Residual().eval()
    x = torch.randn(6, WIDTH, generator=torch.Generator().manual_seed(1))
    names = ["layers.0", "layers.5[*:64]", "layers.23", "head[0]"]
    found = sweep(module, x, names, metric=first, subsets=2, memory=memory, batch_size=4, by=Zero())
    assert found.attrs["engine"] == "suffix"
    for row, value in zip(found["component"], found["ablated"], strict=True):
        with torch.no_grad(), ablated(module, row.split(" + ")):
            assert float(first(module(x)).mean()) == pytest.approx(value, rel=1e-5, abs=1e-6)


def test_a_tensor_that_is_no_more_is_not_taken_for_one_in_its_place():
    module, x = Residual().eval(), torch.ones(EXAMPLES, WIDTH)
    places = places_of(module, ["layers.*"])
    spoiled = []
    for memory in (2**30, VALUE):
        found = record(module, x, places, values=Held(memory, stays=GIVEN))
        spoiled.append({step.number for step in found.spoiled})
    assert spoiled[0] == spoiled[1]
    assert len(spoiled[0]) == LAYERS // 3
