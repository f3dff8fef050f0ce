"""Arms trained side by side are the arms trained one after another, or by a loop by hand."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor, nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader

import ablation
from ablation import Arm, Constant, Mean, Noise, Scale, Skip, Zero
from ablation.neural.errors import (
    OperatorCannotServeError,
    UnknownModuleError,
    UnrecordedRandomnessError,
)
from ablation.neural.training import keyed, train_together
from ablation.neural.training.errors import ArmsError, NotTogetherError


class Attention(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix, self.write = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.drop = nn.Dropout(0.2)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.mix(x).chunk(3, -1)
        spread = self.drop((q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1))
        return self.write(spread @ v)


class Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = Attention(width)
        self.mlp = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.first(x))
        return x + F.dropout(self.mlp(self.second(x)), 0.1, self.training)


class Vision(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(4, 8)
        self.position = nn.Parameter(0.1 * torch.randn(1, 5, 8))
        self.blocks = nn.ModuleList([Block(8), Block(8)])
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embed(x) + self.position
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean(1))


class Convolutional(nn.Module):
    """Every normalisation there is, and a layer of dropped channels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norms = nn.Sequential(nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.InstanceNorm2d(4))
        self.drop, self.head = nn.Dropout2d(0.3), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.drop(torch.relu(self.norms(self.conv(x.unflatten(1, (1, 5))))))
        return self.head(x.mean((2, 3)))


def vision() -> nn.Module:
    return Vision().double()


def convolutional() -> nn.Module:
    return Convolutional().double()


def examples(seed: int) -> list[tuple[Tensor, Tensor]]:
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(24, 5, 4, generator=draw).double()
    return [(x[i : i + 6], torch.arange(6) % 3) for i in range(0, 24, 6)]


def error(model: Callable[[Tensor], Tensor], batch: tuple[Tensor, Tensor]) -> Tensor:
    return F.cross_entropy(model(batch[0]), batch[1])


OPTIMISERS = {
    "sgd": lambda w: optim.SGD(w, lr=0.1),
    "momentum": lambda w: optim.SGD(w, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda w: optim.Adam(w, lr=0.01, amsgrad=True),
    "adamw": lambda w: optim.AdamW(w, lr=0.01, weight_decay=0.1),
    "rmsprop": lambda w: optim.RMSprop(w, lr=0.01),
}
SWITCHED = [
    0,
    1,
    Arm(1, off=("blocks.*.attn",)),
    Arm(0, off=("blocks.1.mlp",), by=Mean()),
    Arm(2, off=("blocks.0",), by=Skip()),
    Arm(2, off=("blocks.0.mlp.1[4:8]", "embed"), by=Scale(0.5)),
]


def same(one: ablation.Trained, other: ablation.Trained) -> None:
    assert one.arms == other.arms
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-9)
    for a, b in zip(one.states, other.states, strict=True):
        assert a.keys() == b.keys()
        for name, value in a.items():
            torch.testing.assert_close(value, b[name], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_together_is_one_after_another(optimiser):
    how = {"loss": error, "optimiser": OPTIMISERS[optimiser]}
    both = [train_together(vision, SWITCHED, examples, together=n, **how) for n in (None, 1)]
    same(*both)
    assert both[0].engine == "6 at a time, 1 of 4 steps replayed"
    assert both[1].engine == "one at a time"
    assert len({tuple(column) for column in both[0].losses.T}) == 6, "no two arms are alike"


@pytest.mark.parametrize("clip", [None, 0.05])
def test_norms_their_statistics_and_clipped_gradients(clip):
    how = {"loss": error, "optimiser": OPTIMISERS["adamw"], "clip": clip}
    arms = [0, 1, 2, Arm(2, off=("norms.1",)), Arm(0, off=("drop.channels[1]",), by=Constant(2.0))]
    both = [train_together(convolutional, arms, examples, together=n, **how) for n in (None, 1)]
    same(*both)
    assert int(both[0].states[0]["norms.0.num_batches_tracked"]) == 4


def test_groups_of_arms_are_the_same_arms():
    how = {"loss": error, "optimiser": OPTIMISERS["adam"]}
    same(
        train_together(vision, SWITCHED, examples, together=4, **how),
        train_together(vision, SWITCHED, examples, **how),
    )


def test_a_loop_written_by_hand_gives_the_same():
    """Oracle: torch's own loop on the keyed start; nothing of ours runs but the initial weights."""

    def plain() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(20, 9), nn.Tanh(), nn.Linear(9, 3)).double()

    trained = train_together(plain, [3, 4], examples, loss=error, optimiser=OPTIMISERS["adamw"])
    for seed, state, losses in zip((3, 4), trained.states, trained.losses.T, strict=True):
        module = keyed(plain, seed)
        optimiser = OPTIMISERS["adamw"](module.parameters())
        for batch, expected in zip(examples(seed), losses, strict=True):
            optimiser.zero_grad()
            loss = error(module, batch)
            loss.backward()
            optimiser.step()
            assert float(loss.detach()) == pytest.approx(expected, rel=1e-10)
        for name, value in module.state_dict().items():
            torch.testing.assert_close(state[name], value)


def test_an_arm_without_a_component_is_the_network_trained_under_the_ablation():
    def plain() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(20, 9), nn.Tanh(), nn.Linear(9, 3)).double()

    arms = [0, Arm(0, off=("2",)), Arm(0, off=("1[0:4]",))]
    trained = train_together(plain, arms, examples, loss=error, optimiser=OPTIMISERS["sgd"])
    for arm, losses in zip(arms[1:], trained.losses.T[1:], strict=True):
        module = keyed(plain, 0)
        optimiser = OPTIMISERS["sgd"](module.parameters())
        with ablation.ablated(module, arm.off, by=Zero()):
            for batch, expected in zip(examples(0), losses, strict=True):
                optimiser.zero_grad()
                loss = error(module, batch)
                loss.backward()
                optimiser.step()
                assert float(loss.detach()) == pytest.approx(expected, rel=1e-10)


def test_what_an_arm_sees_does_not_depend_on_the_other_arms():
    how = {"loss": error, "optimiser": OPTIMISERS["sgd"]}
    few = train_together(vision, [1, 5], examples, **how)
    many = train_together(vision, [7, 5, Arm(1, off=("head",)), 1], examples, **how)
    np.testing.assert_allclose(few.losses[:, 0], many.losses[:, 3], rtol=1e-9)
    np.testing.assert_allclose(few.losses[:, 1], many.losses[:, 1], rtol=1e-9)


def test_initial_weights_are_keyed_by_name():
    """A module without its first block has the same start everywhere else."""

    class Shorter(Vision):
        def __init__(self) -> None:
            super().__init__()
            del self.blocks[0].attn, self.embed

    whole, part = (dict(keyed(build, 3).named_parameters()) for build in (Vision, Shorter))
    assert part.keys() < whole.keys()
    assert all(torch.equal(value, whole[name]) for name, value in part.items())
    other = dict(keyed(Vision, 4).named_parameters())
    drawn = [name for name in whole if "first" not in name and "second" not in name]
    assert not any(torch.equal(whole[name], other[name]) for name in drawn)
    flat = torch.cat([value.flatten() for value in whole.values()])
    assert len(flat.unique()) > 0.9 * sum(whole[name].numel() for name in drawn)


def test_initial_weights_have_the_law_that_torch_gives_them():
    """Oracle: the laws that torch documents; uniform up to one over the root of 400, for one."""
    for value in keyed(lambda: nn.Linear(400, 300), 0).parameters():
        drawn = value.detach().flatten().double().numpy()
        assert stats.kstest(drawn, stats.uniform(-0.05, 0.1).cdf).pvalue > 1e-3
    rough = keyed(lambda: nn.Embedding(300, 300), 0).weight
    assert float(rough.detach().std()) == pytest.approx(1, abs=0.01)
    turned = keyed(Square, 1)
    torch.testing.assert_close(turned.weight @ turned.weight.T, torch.eye(20), atol=1e-5, rtol=0)


class Square(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.orthogonal_(torch.empty(20, 20)))


def test_training_leaves_the_global_stream_where_it_was():
    state = torch.get_rng_state()
    train_together(vision, [0, 1], examples, loss=error, optimiser=OPTIMISERS["sgd"])
    assert torch.equal(torch.get_rng_state(), state)


def test_arms_are_measured_as_they_were_trained():
    arms = [0, Arm(0, off=("blocks.*.attn",))]
    trained = train_together(vision, arms, examples, loss=error, optimiser=OPTIMISERS["sgd"])
    x = examples(9)[0][0]
    table = trained.measure(lambda module: module(x)[0, 0])
    with torch.no_grad():
        module = trained.module(1)
        assert not module.training
        with ablation.ablated(module, "blocks.*.attn"):
            assert table["value"][1] == pytest.approx(float(module(x)[0, 0]))
        assert table["value"][0] == pytest.approx(float(trained.module(0)(x)[0, 0]))
    assert table["off"].tolist() == ["", "blocks.*.attn"]
    assert str(trained).startswith("2 arms, 4 steps, 2 at a time, 1 of 4 ste")


class Routed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        made = self.head(x.mean(1))
        return made if float(made.detach().sum()) > 0 else -made


ONE = vision()


def elsewhere(model: Callable[..., Tensor], batch: tuple[Tensor, Tensor]) -> Tensor:
    """A loss that calls another network than the one it is given."""
    return error(ONE, batch)


@pytest.mark.parametrize(
    ("how", "raised", "said"),
    [
        ({"arms": []}, ArmsError, "there is no arm"),
        ({"arms": [0, 0]}, ArmsError, "the arm seed 0 is given twice"),
        ({"arms": [0.5]}, ArmsError, "a seed is a whole number, not 0.5"),
        ({"together": 0}, ArmsError, "together is 0"),
        ({"together": "all"}, ArmsError, "together is 'all'; expected 1 or more"),
        ({"clip": -1.0}, ArmsError, "clip is -1.0; expected a norm above 0"),
        ({"clip": float("nan")}, ArmsError, "clip is nan"),
        ({"build": vision()}, ArmsError, "expected a function that makes one"),
        ({"build": lambda: ONE}, ArmsError, "build returned position twice; it should make all"),
        ({"loss": 3}, ArmsError, "loss is 3; expected a function"),
        ({"optimiser": "sgd"}, ArmsError, "optimiser is 'sgd'; expected a function"),
        ({"loss": lambda *_: torch.ones(()), "together": 1}, ArmsError, "moves no weight"),
        ({"loss": lambda *_: torch.ones(()), "together": 2}, ArmsError, "moves no weight"),
        ({"loss": elsewhere, "together": 1}, ArmsError, "moves no weight"),
        ({"loss": elsewhere, "together": 2}, ArmsError, "moves no weight"),
        ({"batches": []}, ArmsError, "there are no batches"),
        (
            {"batches": iter(examples(0))},
            ArmsError,
            "batches is of type list_iterator; expected a list",
        ),
        ({"batches": DataLoader(examples(0))}, ArmsError, "batches is of type DataLoader"),
        ({"batches": 3}, ArmsError, "batches is of type int"),
        ({"batches": lambda seed: examples(0)[: seed + 1]}, ArmsError, "different numbers"),
        (
            {"batches": lambda seed: [(examples(0)[0][0][: 2 + seed], 0)]},
            ArmsError,
            "differ in shape",
        ),
        ({"loss": lambda model, batch: model(batch[0])}, ArmsError, r"the loss returned shape"),
        ({"optimiser": optim.LBFGS}, ArmsError, "LBFGS is not known to treat"),
        (
            {"optimiser": lambda w: optim.SGD([{"params": w[:1]}, {"params": w[1:]}], lr=0.1)},
            ArmsError,
            "several groups",
        ),
        ({"arms": [Arm(0, off=("haed",))]}, UnknownModuleError, "Did you mean head"),
        (
            {"build": lambda: Routed().double(), "together": 2},
            NotTogetherError,
            "Pass together=1",
        ),
    ],
)
def test_bad_input_is_one_clear_error(how, raised, said):
    given = {"build": vision, "arms": [0, 1], "batches": examples, "loss": error}
    given |= {"optimiser": OPTIMISERS["sgd"]} | how
    build, arms, batches = (given.pop(key) for key in ("build", "arms", "batches"))
    with pytest.raises(raised, match=said) as caught:
        train_together(build, arms, batches, **given)
    assert "\n" not in str(caught.value)


class Fused(nn.Module):
    """Attention of torch itself, with dropout inside its fused function, an embedding, a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(9, 8)
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        words = (x[..., 0].abs() * 3).long().clamp(max=8)
        return self.head(self.layer(self.embed(words)).mean(1))


def test_attention_of_torch_itself_is_trained_together():
    how = {"loss": error, "optimiser": OPTIMISERS["adam"]}
    arms = [0, 1, Arm(1, off=("layer.self_attn",)), Arm(0, off=("layer.self_attn.heads[1]",))]
    same(
        *(
            train_together(lambda: Fused().double(), arms, examples, together=n, **how)
            for n in (4, 1)
        )
    )


class Tied(nn.Module):
    """One matrix under two names, and one block used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.read, self.write = nn.Linear(4, 8), nn.Linear(8, 4, bias=False)
        self.write.weight = nn.Parameter(self.read.weight.detach().T.clone())
        self.block = nn.Sequential(nn.Linear(4, 4), nn.Tanh())
        self.again, self.head = self.block, nn.Linear(4, 3)
        self.head.weight = nn.Parameter(torch.randn(3, 4))
        self.other = nn.Linear(4, 3)
        self.other.weight = self.head.weight

    def forward(self, x: Tensor) -> Tensor:
        made = self.block(self.again(self.write(self.read(x)))).mean(1)
        return self.head(made) + self.other(made)


def test_tied_weights_stay_tied():
    how = {"loss": error, "optimiser": OPTIMISERS["momentum"]}
    arms = [0, 1, Arm(0, off=("again",), by=Skip())]
    both = [
        train_together(lambda: Tied().double(), arms, examples, together=n, **how) for n in (3, 1)
    ]
    same(*both)
    for state in both[0].states:
        assert torch.equal(state["head.weight"], state["other.weight"])
        assert torch.equal(state["block.0.weight"], state["again.0.weight"])


def test_weights_that_the_loss_never_reads_stay_as_they_are():
    """Weight decay moves what has a gradient, as torch has it, and nothing else."""

    class Unused(Vision):
        def __init__(self) -> None:
            super().__init__()
            self.spare, self.frozen = nn.Linear(3, 3), nn.Linear(3, 3).requires_grad_(False)

    how = {"loss": error, "optimiser": OPTIMISERS["adamw"], "clip": 0.1}
    both = [
        train_together(lambda: Unused().double(), [0, 1], examples, together=n, **how)
        for n in (None, 1)
    ]
    same(*both)
    start = keyed(lambda: Unused().double(), 1).state_dict()
    for name in ("spare.weight", "frozen.bias"):
        assert torch.equal(both[0].states[1][name], start[name])
    assert not torch.equal(both[0].states[1]["head.weight"], start["head.weight"])


class Rewriting(nn.Module):
    """Changes a weight of its own in every pass, or in some."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.calls = kind, 0
        self.head, self.scale = nn.Linear(20, 3), nn.Parameter(torch.ones(20))
        self.spare = nn.Parameter(torch.ones(3))  # that no loss reads

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        with torch.no_grad():
            if self.kind == "read" or (self.kind == "later" and self.calls > 2):
                self.scale.mul_(0.9)
            if self.kind == "spare":
                self.spare.mul_(0.9)
        return self.head(x.flatten(1) * self.scale)


class Cell(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = nn.LSTMCell(4, 5), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.cell(x.mean(1))[0])


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (Routed, "vmap: It looks like you're calling .item()"),
        (Cell, "Batching rule not implemented for aten::lstm_cell"),
        (lambda: Rewriting("read"), "its forward changes scale in place."),
        (lambda: Rewriting("spare"), "its forward changes spare in place."),
        (lambda: Rewriting("later"), "its forward changes its weights in place."),
    ],
)
def test_what_vmap_cannot_do_is_trained_one_after_another(build, why):
    how = {"loss": error, "optimiser": OPTIMISERS["sgd"]}
    trained = train_together(lambda: build().double(), [0, 1], examples, **how)
    assert trained.engine.startswith(f"one at a time: {why}")
    same(trained, train_together(lambda: build().double(), [0, 1], examples, together=1, **how))
    with pytest.raises(NotTogetherError, match=re.escape(why)):
        train_together(lambda: build().double(), [0, 1], examples, together=2, **how)


class Frozen(nn.Module):
    """Trains its head alone after two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.calls, self.body, self.head = 0, nn.Linear(20, 5), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        seen = self.body(x.flatten(1)).tanh()
        return self.head(seen if self.calls <= 2 else seen.detach())


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_weights_that_a_later_step_does_not_read_stay_as_they_are(momentum):
    """Torch gives them no gradient, so that momentum must not move them on."""
    how = {"loss": error, "optimiser": lambda w: optim.SGD(w, lr=0.1, momentum=momentum)}
    trained = train_together(lambda: Frozen().double(), [0, 1], examples, **how)
    same(trained, train_together(lambda: Frozen().double(), [0, 1], examples, together=1, **how))
    why = "one at a time: step 3 does not read body.weight, which the optimiser moves on."
    assert trained.engine.startswith(why if momentum else "2 at a time")


def test_a_network_that_fills_a_processor_is_trained_one_after_another():
    """Side by side nothing would be saved, and it is said; whoever insists is served."""

    def wide() -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Linear(20, 9000), nn.Linear(9000, 9)).double()

    how = {"loss": error, "optimiser": OPTIMISERS["sgd"]}
    trained = train_together(wide, [0, 1], examples, **how)
    assert trained.engine.startswith("one at a time: an arm of 270,009 weights fills")
    insisted = train_together(wide, [0, 1], examples, together=2, **how)
    assert insisted.engine == "2 at a time, 1 of 4 steps replayed"
    same(trained, insisted)


def test_an_operator_with_draws_of_its_own_is_refused():
    with pytest.raises(OperatorCannotServeError, match="change with every step"):
        Arm(0, off=("head",), by=Noise())
    with pytest.raises(ArmsError, match=r"write off=\('head',\)"):
        Arm(0, off="head")


def test_randomness_that_nobody_could_share_is_refused():
    def shuffled() -> nn.Module:
        return nn.Linear(2, 1 + int(torch.poisson(torch.ones(1))))

    with pytest.raises(UnrecordedRandomnessError):
        keyed(shuffled, 0)

    def by_numpy() -> nn.Module:
        net = nn.Linear(2, 2)
        net.bias.data.fill_(np.random.rand())  # noqa: NPY002 - what is refused
        return net

    with pytest.raises(UnrecordedRandomnessError, match="numpy"):
        keyed(by_numpy, 0)
