"""Draws of the noise that lie side by side are the draws one by one."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import ablation
from ablation import Mean, Zero
from ablation.attribution import draws_of
from ablation.neural.bench import Bench


class Noisy(nn.Module):
    """Two parts and dropout of every kind; `join` is where examples may meet."""

    def __init__(self, join: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.m = nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 4), nn.Tanh())
        self.drop, self.head, self.join = nn.Dropout(0.4), nn.Linear(4, 2), join

    def forward(self, x: Tensor) -> Tensor:
        a = self.drop(self.a(x))
        made = self.join(a + self.m(a)) + 0.1 * torch.randn_like(a)
        return self.head(F.dropout(made, 0.2))


ASKED = {
    "mediation": lambda net, x, **how: ablation.mediation(net, x, "a", through="m", **how).frame(),
    "flow": lambda net, x, **how: ablation.flow(net, x, ["a", "m"], **how).arrows,
    "path": lambda net, x, **how: [
        ablation.path_effect(net, x, "a -> m -> output", among=["a", "m"], **how).effect
    ],
}
JOINS = {
    "each by itself": (lambda x: x, True),
    "examples compared": (lambda x: x - x.mean(0), False),
    "one example only": (lambda x: x.reshape(3, 4), False),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("by", [Zero(), Mean()])
@pytest.mark.parametrize("join", JOINS)
def test_amounts_are_the_same_and_examples_that_meet_are_run_draw_by_draw(
    asked, by, join, monkeypatch
):
    torch.manual_seed(0)
    (body, stacks), x, sizes = JOINS[join], torch.rand(3, 3), []
    net = Noisy(body).train()
    run = Bench.run

    def counted(self: Bench, draws: range = range(1), **how: object) -> object:
        sizes.append(len(draws))
        return run(self, draws, **how)

    monkeypatch.setattr(Bench, "run", counted)
    how = {"metric": lambda out: out[:, 0], "by": by, "draws": 12, "seed": 4}
    found = ASKED[asked](net, x, **how)
    assert stacks or sizes[-1] == 1
    assert max(sizes) > 3 or not stacks or by == Mean(), "of a batch of draws, a mean is another"
    monkeypatch.setattr(draws_of, "MEMORY", 1)
    alone = ASKED[asked](net, x, **how)
    if asked == "path":
        assert (found[0].value, found[0].lower) == pytest.approx((alone[0].value, alone[0].lower))
    else:
        numbers = found.select_dtypes("number").columns
        assert found[numbers].to_numpy() == pytest.approx(alone[numbers].to_numpy(), abs=1e-5)


def flipped(u: Tensor, x: Tensor) -> Tensor:
    return -x if (u > 0.97).any() else x


def flipped_unless_all(u: Tensor, x: Tensor) -> Tensor:
    return -x if (u > 0.97).all() else x


def flipped_as_a_tensor(u: Tensor, x: Tensor) -> Tensor:
    return torch.where(u.max() > 0.97, -x, x)


class Rarely(nn.Module):
    """Does something else once in thirty draws, and asks a question whose answer is always yes."""

    def __init__(self, body: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.body = nn.Linear(2, 2), body

    def forward(self, x: Tensor) -> Tensor:
        u = torch.rand(len(x), 1)
        if not (u < 1).all():
            raise ValueError
        return self.body(u, 1 + u + 0.1 * self.a(x).tanh())


@pytest.mark.parametrize("body", [flipped, flipped_unless_all, flipped_as_a_tensor])
def test_what_happens_in_few_draws_happens_in_those_and_no_others(body):
    torch.manual_seed(0)
    net, x = Rarely(body), torch.rand(1, 2)
    how = {"event": lambda out: bool(out.sum() > 0), "draws": 1000, "seed": 1}
    side_by_side, alone = (ablation.explain(net, x, "a", **how, together=n) for n in (None, 1))
    assert side_by_side.counts == alone.counts
    assert side_by_side.accepted / 1000 == pytest.approx(0.97, abs=0.02)
    lost = ablation.flow(net, x, "a", metric=lambda out: out.sum(1), draws=300).baseline
    assert lost.value == pytest.approx(2.82, abs=0.3)


def test_a_question_with_one_answer_for_all_does_not_keep_draws_apart():
    net = Rarely(lambda u, x: u + x)
    found = ablation.explain(net, torch.rand(1, 2), "a", event=lambda out: bool(out.sum() > 3))
    assert found.engine == "2,000 draws, 2,000 at a time"
