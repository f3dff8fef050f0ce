"""Noise is a variable with a name: what it follows, and what can never change it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor, nn
from torch.nn import functional as F

from ablation.neural import KeyedNoise
from ablation.neural.errors import UnrecordedRandomnessError
from ablation.neural.lifting import Draws, Recording, lifted

SIZE = 20_000


class Runs(nn.Module):
    def __init__(self, body) -> None:
        super().__init__()
        self.body = body

    def forward(self, *args: Tensor) -> Tensor:
        return self.body(*args)


def supplied(body, *args: Tensor, seed: int = 0) -> Tensor:
    net = Runs(body)
    with torch.no_grad(), lifted(net, Draws(KeyedNoise(seed), range(1), Recording())):
        return net(*args)


@settings(max_examples=50, deadline=None)
@given(count=st.integers(1, 40), draws=st.integers(1, 30), data=st.data())
def test_a_draw_is_the_same_in_every_chunk(count, draws, data):
    cut = data.draw(st.integers(0, draws))
    noise = KeyedNoise(seed=4, unit=2)
    whole = noise.words("site", count, range(draws))
    parts = [noise.words("site", count, part) for part in (range(cut), range(cut, draws))]
    assert np.array_equal(whole, np.concatenate(parts))


def test_seed_unit_and_site_each_give_other_noise():
    keys = [(KeyedNoise(s, u), site) for s in (0, 1) for u in (0, 1) for site in ("a", "b")]
    streams = [noise.words(site, 500, range(4)).ravel() / 2**32 for noise, site in keys]
    correlations = np.corrcoef(streams) - np.eye(len(keys))
    assert abs(correlations).max() < 0.1


@pytest.mark.parametrize(
    ("body", "law"),
    [
        (lambda: torch.rand(SIZE), stats.uniform()),
        (lambda: torch.randn(SIZE), stats.norm()),
        (lambda: torch.rand_like(torch.empty(SIZE)), stats.uniform()),
        (lambda: torch.randn_like(torch.empty(SIZE)), stats.norm()),
        (lambda: torch.empty(SIZE).uniform_(-1, 3), stats.uniform(-1, 4)),
        (lambda: torch.empty(SIZE).normal_(2, 3), stats.norm(2, 3)),
        (lambda: torch.empty(SIZE).exponential_(2), stats.expon(scale=0.5)),
        (lambda: torch.normal(1.0, 2.0, (SIZE,)), stats.norm(1, 2)),
        (lambda: torch.normal(torch.ones(SIZE), 2.0), stats.norm(1, 2)),
        (lambda: torch.normal(1.0, torch.full((SIZE,), 2.0)), stats.norm(1, 2)),
        (lambda: torch.distributions.Normal(1.0, 2.0).rsample((SIZE,)), stats.norm(1, 2)),
        (lambda: torch.rand(SIZE, generator=torch.Generator()), stats.uniform()),
        (lambda: torch.rand(SIZE, out=torch.empty(SIZE)), stats.uniform()),
        (lambda: torch.empty(SIZE).log_normal_(0.5, 0.3), stats.lognorm(0.3, scale=np.exp(0.5))),
        (lambda: torch.empty(SIZE).cauchy_(1, 2), stats.cauchy(1, 2)),
        (lambda: -F.rrelu(-torch.ones(SIZE), 0.1, 0.4, training=True), stats.uniform(0.1, 0.3)),
    ],
)
def test_continuous_noise_follows_its_law(body, law):
    assert stats.kstest(supplied(body).numpy(), law.cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "body",
    [
        lambda: F.dropout(torch.ones(SIZE), 0.3) > 0,
        lambda: nn.Dropout(0.3)(torch.ones(SIZE)) > 0,
        lambda: F.dropout1d(torch.ones(SIZE, 2), 0.3)[:, 0] > 0,
        lambda: F.dropout(torch.ones(SIZE), 0.3, inplace=True) > 0,
        lambda: torch.native_dropout(torch.ones(SIZE), 0.3, True)[0] > 0,
        lambda: torch.bernoulli(torch.full((SIZE,), 0.7)),
        lambda: torch.bernoulli(torch.ones(SIZE), 0.7),
        lambda: torch.empty(SIZE).bernoulli_(0.7),
        lambda: torch.multinomial(torch.tensor([[3.0, 7.0]]).expand(SIZE, -1), 1),
        lambda: torch.distributions.Categorical(torch.tensor([0.3, 0.7])).sample((1,)),
    ],
)
def test_binary_noise_has_its_frequency(body):
    drawn = torch.cat([supplied(body, seed=s).flatten() for s in range(3)]).bool()
    assert stats.binomtest(int(drawn.sum()), len(drawn), 0.7).pvalue > 1e-3


def test_categories_without_replacement_follow_successive_draws():
    weights = torch.tensor([1.0, 2.0, 3.0]).expand(SIZE, -1)
    pairs = supplied(lambda: torch.multinomial(weights, 2)).tolist()
    p = np.array([1, 2, 3]) / 6
    expected = {(i, j): p[i] * p[j] / (1 - p[i]) for i in range(3) for j in range(3) if i != j}
    seen = [pairs.count(list(pair)) for pair in expected]
    assert stats.chisquare(seen, np.array(list(expected.values())) * SIZE).pvalue > 1e-3


@pytest.mark.parametrize(
    ("body", "law"),
    [
        (lambda: torch.randint(3, 9, (SIZE,)) - 3, [1 / 6] * 6),
        (lambda: torch.randint(4, (SIZE,)), [0.25] * 4),
        (lambda: torch.randint_like(torch.empty(SIZE), 5), [0.2] * 5),
        (lambda: torch.empty(SIZE).random_(2, 5) - 2, [1 / 3] * 3),
        (lambda: torch.empty(SIZE, dtype=torch.int64).random_(3), [1 / 3] * 3),
        (lambda: torch.stack([torch.randperm(3) for _ in range(800)])[:, 1], [1 / 3] * 3),
        (lambda: torch.multinomial(torch.tensor([1.0, 2, 5]), SIZE, True), [1 / 8, 1 / 4, 5 / 8]),
        (
            lambda: torch.empty(SIZE).geometric_(0.4).clamp(max=4) - 1,
            [0.4, 0.24, 0.144, 0.6**3],
        ),
    ],
)
def test_whole_numbers_have_their_frequencies(body, law):
    drawn = supplied(body, seed=3).long()
    seen = torch.bincount(drawn, minlength=len(law)).numpy()
    assert stats.chisquare(seen, np.array(law) * len(drawn)).pvalue > 1e-3


def test_a_permutation_is_one_and_samples_put_back_are_independent():
    assert sorted(supplied(lambda: torch.randperm(50)).tolist()) == list(range(50))
    weights = torch.tensor([[1.0, 3.0]]).expand(SIZE // 2, -1)
    pairs = supplied(lambda: torch.multinomial(weights, 2, replacement=True))
    table = torch.bincount(2 * pairs[:, 0] + pairs[:, 1], minlength=4).numpy()
    assert stats.chisquare(table, np.array([1, 3, 3, 9]) / 16 * len(pairs)).pvalue > 1e-3


def test_a_share_of_all_or_nothing_is_exact():
    assert supplied(lambda: F.dropout(torch.ones(SIZE), 1.0)).sum() == 0
    assert supplied(lambda: torch.empty(SIZE).bernoulli_(1.0)).sum() == SIZE
    uniform = supplied(lambda: torch.rand(SIZE))
    assert 0 < float(uniform.min()) < float(uniform.max()) < 1


class Branches(nn.Module):
    """Two branches with noise of every kind; the first may be left out."""

    def __init__(self, *, first: bool = True) -> None:
        super().__init__()
        self.first, self.drop = first, nn.Dropout(0.5)  # one module, used in both branches
        self.a, self.b = nn.Sequential(self.drop), nn.Sequential(self.drop, nn.Linear(64, 64))
        self.attention = nn.MultiheadAttention(64, 4, dropout=0.5, batch_first=True)
        self.memory = nn.LSTM(64, 64, 2, dropout=0.5, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        if self.first:
            self.a(x)
            self.a(x + torch.rand_like(x))
        mixed, _ = self.attention(x, x, x, need_weights=False)
        kept, _ = self.memory(mixed)
        return F.dropout(self.b(kept) + torch.randn_like(x), 0.2)


def test_leaving_a_module_out_shifts_nobody_elses_noise():
    torch.manual_seed(0)
    net, x = Branches(), torch.rand(1, 3, 64)
    net.train()
    outputs = []
    for net.first in (True, False):
        torch.manual_seed(0)
        plain = net(x)
        with lifted(net, Draws(KeyedNoise(0), range(1), Recording())):
            outputs.append((plain, net(x)))
    (plain, ours), (plain_without, ours_without) = outputs
    assert torch.equal(ours, ours_without)
    assert not torch.equal(plain, plain_without), "one seeded stream would have shifted"


def test_each_call_has_noise_of_its_own_named_by_where_it_is():
    recording, net, x = Recording(), Branches().train(), torch.rand(1, 3, 64)
    with lifted(net, Draws(KeyedNoise(0), range(1), recording)):
        net(x)
    assert list(recording.shapes) == [
        "a/drop/bernoulli_",
        "rand_like",
        "a:1/drop/bernoulli_",
        "attention/bernoulli_",
        "memory/bernoulli_",
        "b/drop/bernoulli_",
        "randn_like",
        "bernoulli_",
    ]


def test_the_global_stream_is_neither_used_nor_moved():
    before = torch.get_rng_state()
    drawn = supplied(lambda: torch.rand(3))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(123)
    assert torch.equal(supplied(lambda: torch.rand(3)), drawn)


@pytest.mark.parametrize(
    ("body", "operation"),
    [
        (lambda: torch.poisson(torch.ones(3)), "poisson"),
        (lambda: torch.distributions.Gamma(1.0, 1.0).sample(), "_standard_gamma"),
        (lambda: torch.binomial(torch.ones(3), torch.ones(3) / 2), "binomial"),
        (lambda: torch.empty(3).random_(), "random_"),
        (lambda: torch.randint(-(2**40), 2**40, (3,)), "randint"),
        (lambda: torch.randint_like(torch.ones(3), torch.tensor(5)), "randint_like"),
    ],
)
def test_randomness_that_is_not_recorded_raises(body, operation):
    with pytest.raises(UnrecordedRandomnessError, match=operation):
        supplied(body)


def test_operations_that_are_random_only_sometimes_pass_when_they_are_not():
    x = torch.rand(1, 2, 3, 4)
    attended = supplied(lambda: F.scaled_dot_product_attention(x, x, x))
    assert torch.equal(attended, F.scaled_dot_product_attention(x, x, x))
    assert torch.equal(supplied(lambda: F.rrelu(x - 0.5)), F.rrelu(x - 0.5))
