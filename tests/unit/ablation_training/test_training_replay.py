"""A step is replayed only where its Python would make the same calls; otherwise it is taken."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

import ablation
from ablation import Arm, Mean, Skip
from ablation.neural.training import keyed, tape, train_together
from ablation.neural.training.errors import NotReplayableError
from ablation.neural.training.recording import Recorder
from ablation.neural.training.replay import OTHERWISE
from ablation.neural.training.tape import Tape

STEPS = 12


def sgd(weights: list[nn.Parameter]) -> optim.Optimizer:
    return optim.SGD(weights, lr=0.1)


def examples(seed: int) -> list[tuple[Tensor, Tensor]]:
    draw = torch.Generator().manual_seed(seed)
    images = [torch.randn(6, 5, 4, generator=draw).double() for _ in range(STEPS)]
    return [(x, torch.arange(6) % 3) for x in images]


def error(model: Callable[[Tensor], Tensor], batch: tuple[Tensor, Tensor]) -> Tensor:
    return F.cross_entropy(model(batch[0]), batch[1])


def plain() -> nn.Module:
    layers = nn.Linear(20, 8), nn.Tanh(), nn.LayerNorm(8), nn.Dropout(0.2), nn.Linear(8, 3)
    return nn.Sequential(nn.Flatten(), *layers).double()


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.read, self.again, self.head = nn.Linear(4, 6), nn.Linear(6, 6), nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        state = x.new_zeros(len(x), 6)
        for part in x.unbind(1):
            state = torch.tanh(self.read(part) + self.again(state))
        return self.head(state)


class Convolutional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)
        self.drop, self.head = nn.Dropout(0.3), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop(self.norm(self.conv(x[:, None])).relu_())
        return self.head(F.max_pool2d(x, (3, 2)).flatten(1))


def same(one: ablation.Trained, other: ablation.Trained) -> None:
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-9)
    for a, b in zip(one.states, other.states, strict=True):
        for name, value in a.items():
            torch.testing.assert_close(value, b[name], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("build", [plain, lambda: Recurrent().double(), Convolutional])
def test_replayed_steps_are_those_of_arms_trained_alone(build):
    """Running statistics, dropout, weights in single precision, and arms with a component off."""
    off = Arm(0, off=("1",)) if build is plain else Arm(0, off=("head",), by=Mean())
    arms, how = [0, 1, off], {"loss": error, "optimiser": sgd}

    def batches(seed: int) -> list[tuple[Tensor, Tensor]]:
        kind = torch.float32 if build is Convolutional else torch.float64
        return [(x.to(kind), y) for x, y in examples(seed)]

    both = [train_together(build, arms, batches, together=n, **how) for n in (3, 1)]
    assert both[0].engine == "3 at a time, 9 of 12 steps replayed"
    assert both[1].engine == "one at a time"
    if build is not Convolutional:
        same(*both)
        return
    np.testing.assert_allclose(both[0].losses, both[1].losses, rtol=1e-4)
    for one, other in zip(both[0].states, both[1].states, strict=True):
        for name, value in one.items():
            torch.testing.assert_close(value, other[name], rtol=1e-3, atol=1e-4)


class Stateful(nn.Module):
    """A module whose Python does something else from some step on, by a count of its own."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.calls, self.fixed = kind, 0, torch.ones(8, dtype=torch.double)
        self.read, self.head = nn.Linear(20, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        x = self.read(x.flatten(1))
        match self.kind:
            case "branch" if self.calls > 6:
                x = x.tanh()
            case "number":
                x = x * (1 / self.calls)
            case "shorter" if self.calls > 6:
                return self.head(x)
            case "frozen":
                with torch.set_grad_enabled(self.calls <= 6):
                    x = x.exp()
            case "another tensor" if self.calls > 6:
                self.fixed = torch.full((8,), 0.5).double()
            case "in place":
                self.fixed.mul_(0.9)
            case "noise":
                x = x * torch.bernoulli(torch.full_like(x, 0.5))
            case "drawn":
                x = x * float(np.random.default_rng(self.calls).random())
        return self.head(x.sin() * self.fixed)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("plain", "9 of 12 steps replayed"),
        ("branch", "3 of 12 steps replayed (step 7 called something else)"),
        ("number", f"0 of 12 steps replayed ({OTHERWISE})"),
        ("shorter", "3 of 12 steps replayed (step 7 called something else)"),
        ("frozen", "3 of 12 steps replayed (step 7 called something else)"),
        ("another tensor", "3 of 12 steps replayed (step 7 called something else)"),
        ("in place", "0 of 12 steps replayed (it changes tensors in place that outlive it)"),
        ("noise", "0 of 12 steps replayed (it draws at random, and not only by dropout)"),
        ("drawn", f"0 of 12 steps replayed ({OTHERWISE})"),
    ],
)
def test_python_that_depends_on_its_state_is_never_frozen(kind, said):
    """Oracle: torch's own loop, by hand. Every step runs the Python once, replayed or not."""
    trained = train_together(
        lambda: Stateful(kind).double(), [0, 1], examples, loss=error, optimiser=sgd, together=2
    )
    assert trained.engine == f"2 at a time, {said}"
    if kind == "noise":
        return  # torch draws it otherwise
    for seed, losses in zip((0, 1), trained.losses.T, strict=True):
        module = keyed(lambda: Stateful(kind).double(), seed)
        optimiser = sgd(list(module.parameters()))
        for batch, expected in zip(examples(seed), losses, strict=True):
            optimiser.zero_grad()
            loss = error(module, batch)
            loss.backward()
            optimiser.step()
            assert float(loss.detach()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("from_step", [1, 2, 3, 4, 8])
def test_a_loss_that_branches_on_a_counter_of_its_own_is_followed(from_step):
    """The count is of calls: one a step, whether it is replayed, recorded, checked or taken."""

    def trained(together: int) -> ablation.Trained:
        calls = []

        def loss(model: Callable[[Tensor], Tensor], batch: tuple[Tensor, Tensor]) -> Tensor:
            calls.append(1)
            smoothing = 0.3 if len(calls) > from_step else 0.0
            return F.cross_entropy(model(batch[0]), batch[1], label_smoothing=smoothing)

        made = train_together(plain, [together], examples, loss=loss, optimiser=sgd)
        assert len(calls) == STEPS
        return made

    calls = []

    def shared(model: Callable[[Tensor], Tensor], batch: tuple[Tensor, Tensor]) -> Tensor:
        calls.append(1)
        smoothing = 0.3 if len(calls) > from_step else 0.0
        return F.cross_entropy(model(batch[0]), batch[1], label_smoothing=smoothing)

    both = train_together(plain, [3, 4], examples, loss=shared, optimiser=sgd, together=2)
    assert len(calls) == STEPS
    for number, seed in enumerate((3, 4)):
        np.testing.assert_allclose(both.losses[:, number], trained(seed).losses[:, 0], rtol=1e-9)


def test_batches_of_another_kind_are_recorded_apart():
    """The last batch is smaller, and one argument is a number."""

    def batches(seed: int) -> list[tuple[Tensor, Tensor, float]]:
        rows = [6, 6, 6, 4] * 4
        draw = torch.Generator().manual_seed(seed)
        images = [torch.randn(n, 5, 4, generator=draw).double() for n in rows]
        scales = [1.0] * 8 + [0.5] * 8
        return [(x, torch.arange(len(x)) % 3, s) for x, s in zip(images, scales, strict=True)]

    def loss(model: Callable[[Tensor], Tensor], batch: tuple[Tensor, Tensor, float]) -> Tensor:
        return batch[2] * F.cross_entropy(model(batch[0]), batch[1])

    how = {"loss": loss, "optimiser": sgd}
    both = [train_together(plain, [0, 1], batches, together=n, **how) for n in (2, 1)]
    same(*both)
    assert both[0].engine == "2 at a time, 6 of 16 steps replayed"


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        (lambda m, b: error(m, b) * (1 + b[1].sum().item()), "nobody can follow its call of item"),
        (lambda m, b: error(m, b) * sum(b[1].tolist()), "nobody can follow its call of tolist"),
        (lambda m, b: error(m, b) * b[1].numpy().sum(), "nobody can follow its call of numpy"),
        (lambda m, b: error(m, b) * (2 if "1" in str(b[1]) else 3), "nobody can follow its call"),
        (lambda m, b: error(m, b) * (2 if (b[1] > 0).any() else 3), "nobody can follow its call"),
    ],
)
def test_a_loss_that_reads_values_is_not_replayed(loss, why):
    shared = examples(0)
    how = {"loss": loss, "optimiser": sgd}
    both = [train_together(plain, [0, 1], shared, together=n, **how) for n in (2, 1)]
    assert both[0].engine.startswith(f"2 at a time, 0 of 12 steps replayed ({why}")
    same(*both)


def test_a_component_skipped_in_some_arms_and_tied_noise():
    arms = [Arm(0), Arm(0, off=("2",), by=Skip()), Arm(0, off=("4",), by=Skip())]
    how = {"loss": error, "optimiser": lambda w: optim.AdamW(w, lr=0.01), "clip": 0.1}
    same(*(train_together(plain, arms, examples, together=n, **how) for n in (3, 1)))


def test_a_tape_reads_what_is_there_and_refuses_what_comes_from_nowhere():
    x, w, other = torch.ones(3), torch.ones(3), torch.ones(3)
    with Recorder() as seen:
        y = x * w
        y += y.sum() * torch.zeros(3).add_(1)
    made = Tape.of(seen, [x], [w], [], [y])
    w.mul_(2)
    assert made.run([torch.arange(3.0)])[0].tolist() == [6.0, 8.0, 10.0]
    assert made.run([torch.arange(3.0)])[0].tolist() == [6.0, 8.0, 10.0]
    with Recorder() as seen:
        y = x * other
    with pytest.raises(NotReplayableError, match="come from nowhere"):
        Tape.of(seen, [x], [], [], [y])


def test_what_a_step_needs_no_more_is_freed_while_it_is_recorded():
    x = torch.ones(100)
    with Recorder() as seen:
        y = x
        for _ in range(9):
            y = y * 2
    assert [each.expired() for each in seen.weak] == [False] + [True] * 8 + [False]
    made = Tape.of(seen, [x], [], [], [y])
    assert sum(size for _, size in made.memory) == 2 * 400  # in turns
    for value in (1.0, 3.0):
        made.free()
        assert not any(storage.nbytes() for storage, _ in made.memory)
        assert torch.equal(
            made.run([torch.full((100,), value)])[0], torch.full((100,), 512 * value)
        )


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_what_is_stacked_to_be_copied_is_copied_where_it_is_to_be(axis):
    a, b = torch.randn(2, 4, 5), torch.randn(2, 4, 5)
    order = torch.randperm(4).tolist()
    with Recorder() as seen:
        both = (
            torch.stack([a.exp(), b.sin()], axis)
            .permute(order)
            .clone(memory_format=torch.contiguous_format)
        )
        made = both.cumsum(0)
    tape = Tape.of(seen, [a, b], [], [], [made])
    assert len(tape.calls) == 5  # two parts made, each copied, and the sum
    others = torch.randn(2, 4, 5), torch.randn(2, 4, 5)
    expected = torch.stack([others[0].exp(), others[1].sin()], axis).permute(order).cumsum(0)
    assert torch.equal(tape.run(others)[0], expected)


@pytest.mark.parametrize(
    "read",
    [
        lambda both: both[:, :1].clone(),  # not all of it
        lambda both: both.clone() + both,  # by two
        lambda both: both.sum(0),  # no copy
    ],
)
def test_what_is_stacked_and_read_otherwise_stays_stacked(read):
    a, b = torch.randn(3, 4), torch.randn(3, 4)
    with Recorder() as seen:
        made = read(torch.stack([a.exp(), b.sin()]))
    tape = Tape.of(seen, [a, b], [], [], [made])
    others = torch.randn(3, 4), torch.randn(3, 4)
    assert torch.equal(tape.run(others)[0], read(torch.stack([others[0].exp(), others[1].sin()])))


def test_a_product_with_one_is_read_where_its_factor_lies():
    """Also turned, and with new axes; not where the factor changes later."""
    once, a, bias = torch.ops.aten.mul.Scalar, torch.randn(4, 5), torch.randn(5, 4)

    def step(a: Tensor, bias: Tensor, running: Tensor) -> list[Tensor]:
        turned, kept = once(bias.T, 1), once(running, 1)
        made = [a + turned[None, :], a.T[:, :, None] * turned.T[:, :, None], a - kept]
        running.add_(1)
        return made

    running = torch.randn(5)
    with Recorder() as seen:
        made = step(a, bias, running)
    tape = Tape.of(seen, [a, bias], [], [running], made)
    assert len(tape.calls) == 5  # three results, one product and the change
    others = torch.randn(4, 5), torch.randn(5, 4)
    expected = step(*others, running.clone())
    for one, other in zip(tape.run(others), expected, strict=True):
        assert torch.equal(one, other)


def test_a_buffer_that_is_assigned_anew_is_not_trained_side_by_side():
    """vmap would leave it as it began; arms trained one after another keep it."""

    class Average(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head, self.mean = nn.Linear(20, 3), nn.Buffer(torch.zeros(20).double())

        def forward(self, x: Tensor) -> Tensor:
            self.mean = 0.9 * self.mean + 0.1 * x.flatten(1).mean(0)
            return self.head(x.flatten(1) - self.mean)

    how = {"loss": error, "optimiser": sgd}
    trained = train_together(lambda: Average().double(), [0, 1], examples, **how)
    assert trained.engine == "one at a time: its forward puts another tensor into mean."
    assert not torch.equal(trained.states[0]["mean"], torch.zeros(20))


def test_a_step_that_takes_much_memory_is_not_recorded(monkeypatch):
    monkeypatch.setattr(tape, "MOST", 2**12)
    how = {"loss": error, "optimiser": sgd}
    both = [train_together(plain, [0, 1], examples, together=n, **how) for n in (2, 1)]
    same(*both)
    assert both[0].engine == "2 at a time, 0 of 12 steps replayed (it would hold more than 0 MB)"
