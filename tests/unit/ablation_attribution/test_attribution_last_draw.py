"""A label drawn last: conditioned on exactly, by race, and held against draws and enumeration."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from ablation import Predicted, Sampled
from ablation.attribution import EvidenceNeverHeldError, explain
from ablation.attribution.draws import Chances, Counts
from ablation.attribution.event import EventError
from ablation.attribution.intervals import ratio
from ablation.attribution.race import pair, sum_of_pairs

weights = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 1.0)), min_size=2, max_size=6)


@settings(deadline=None)
@given(on=weights, off=weights)
def test_the_law_of_two_choices_has_the_two_laws_as_margins(on, off):
    many = min(len(on), len(off))
    one, two = np.array(on[:many]), np.array(off[:many])
    assume(one.sum() and two.sum())
    one, two = one / one.sum(), two / two.sum()
    every, none = np.ones(many, bool), np.zeros(many, bool)
    assert sum_of_pairs(one, two, every) == pytest.approx(1, abs=1e-9)
    for k in range(many):
        alone = none.copy()
        alone[k] = True
        law = pair(one, two, alone)
        rest = pair(one, two, ~alone)
        assert law.both + law.only_on == pytest.approx(one[k], abs=1e-9)
        assert law.both + law.only_off == pytest.approx(two[k], abs=1e-9)
        assert rest.neither == pytest.approx(law.both, abs=1e-9)
        same = pair(one, one, alone)
        assert (same.only_on, same.only_off) == pytest.approx((0, 0), abs=1e-9)


def test_the_law_of_two_choices_is_that_of_a_race_that_was_run():
    rng = np.random.default_rng(0)
    on, off = np.array([1.0, 2, 3, 4, 0]), np.array([4.0, 1, 1, 2, 2])
    times = rng.exponential(size=(400_000, 5))
    with np.errstate(divide="ignore"):
        first, second = (times / on).argmin(1), (times / off).argmin(1)
    for chosen in ([0], [0, 2], [1, 2, 3], [0, 1, 2, 4]):
        mask = np.isin(np.arange(5), chosen)
        law = pair(on, off, mask)
        run = mask[first], mask[second]
        assert law.both == pytest.approx((run[0] & run[1]).mean(), abs=4e-3)
        assert law.only_on == pytest.approx((run[0] & ~run[1]).mean(), abs=4e-3)


class Speaks(nn.Module):
    """Says a label drawn from its logits; may drop out before."""

    def __init__(self, rate: float, *, late: str = "") -> None:
        super().__init__()
        self.embed, self.part = nn.Linear(3, 6), nn.Linear(6, 6)
        self.drop, self.head, self.late = nn.Dropout(rate), nn.Linear(6, 4), late

    def logits(self, x: Tensor) -> Tensor:
        stream = self.embed(x)
        return 2 * self.head(stream + self.drop(torch.tanh(self.part(stream))))

    def forward(self, x: Tensor) -> Tensor:
        if self.late == "logits":
            return self.logits(x)
        label = torch.distributions.Categorical(logits=self.logits(x)).sample()
        return label + 0 if self.late == "moved" else label


def network(rate: float, **how: str) -> nn.Module:
    torch.manual_seed(2)
    return Speaks(rate, **how).train()


X = torch.tensor([[0.5, -1.0, 2.0]])


def test_where_only_the_label_is_drawn_the_answer_is_exact_from_one_run():
    net = network(0.0)
    with torch.no_grad():
        on = net.logits(X).softmax(-1).double().numpy()[0]
        off = (2 * net.head(net.embed(X))).softmax(-1).double().numpy()[0]
    # with the part off its output is zero, and tanh(0) = 0
    k = int(np.argmax(on))
    answer = explain(net, X, "part", event=lambda label: bool(label == k))
    both = 1 / np.maximum(on / on[k], off / off[k]).sum()
    assert answer.probability == pytest.approx(both / on[k], rel=1e-5)
    assert answer.necessity == pytest.approx(1 - both / on[k], rel=1e-5)
    assert answer.sufficiency == pytest.approx((on[k] - both) / (1 - off[k]), rel=1e-5)
    assert answer.interval == (answer.probability, answer.probability)
    assert (answer.kind, answer.draws, answer.accepted) == ("exact", 1, 1)
    assert "exactly" in str(answer)
    assert isinstance(answer.counts, Chances)


@pytest.mark.parametrize("rate", [0.0, 0.4])
def test_integrating_the_last_draw_out_agrees_with_accepting_draws(rate):
    def event(label: Tensor) -> bool:
        return bool(label % 2 == 0)

    exact = explain(network(rate), X, "part", event=event, draws=3000)
    # the label is moved afterwards, so draws have to be accepted
    drawn = explain(network(rate, late="moved"), X, "part", event=event, draws=20_000)
    assert isinstance(drawn.counts, Counts)
    for name in ("probability", "necessity", "sufficiency", "necessity_and_sufficiency", "effect"):
        assert getattr(exact, name) == pytest.approx(getattr(drawn, name), abs=0.02)
    assert exact.interval[1] - exact.interval[0] < 0.05
    assert drawn.accepted < drawn.draws
    assert drawn.kind == "Clopper-Pearson"


def test_many_labels_behind_dropout_keep_every_draw_and_say_which_interval():
    answer = explain(network(0.4), X, "part", event=lambda label: bool(label < 2), draws=500)
    assert answer.accepted == answer.draws == 500
    assert answer.kind == "empirical Bernstein"
    low, high = answer.interval
    assert low < answer.probability < high
    least, most = answer.bounds
    assert least <= answer.probability <= most
    assert "averaged over 500 draws" in str(answer)


def test_a_token_sampled_from_logits_is_asked_about_without_a_draw():
    spoken = explain(network(0.0), X, "part", event=lambda label: bool(label == 1))
    asked = explain(network(0.0, late="logits"), X, "part", event=Sampled(1))
    assert asked.probability == pytest.approx(spoken.probability, rel=1e-5)
    assert (asked.random, asked.sites, asked.kind) == (True, (), "exact")
    cold = explain(network(0.0, late="logits"), X, "part", event=Sampled(1, temperature=0.01))
    with torch.no_grad():
        chosen = int(network(0.0, late="logits")(X).argmax())
    if chosen != 1:
        assert cold.on < 1e-6


def test_greedy_decoding_is_the_limit_of_a_cold_temperature():
    net = network(0.0, late="logits")
    with torch.no_grad():
        chosen = int(net(X).argmax())
        off = int((2 * net.head(net.embed(X))).argmax())
    cold = explain(net, X, "part", event=Sampled(chosen, temperature=1e-3))
    assert cold.probability == pytest.approx(float(chosen == off), abs=1e-6)


def test_a_label_without_a_chance_is_refused():
    class Never(Speaks):
        def forward(self, x: Tensor) -> Tensor:
            chances = F.softmax(self.logits(x), -1) * torch.tensor([1.0, 1.0, 1.0, 0.0])
            return torch.multinomial(chances, 1)

    torch.manual_seed(0)
    with pytest.raises(EvidenceNeverHeldError):
        explain(Never(0.0).train(), X, "part", event=lambda label: bool(label == 3))


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Sampled(1, temperature=0.0), "temperature above 0"),
        (lambda: Sampled(9).weights(torch.zeros(1, 4)), "logits for 4 classes"),
        (lambda: Sampled(1).weights(torch.zeros(2, 4)), "shape"),
        (lambda: Sampled(1).weights({"logits": 1}), "dict"),
    ],
)
def test_a_sampled_label_that_means_nothing_is_refused(make, problem):
    with pytest.raises(EventError, match=problem):
        make()


@pytest.mark.parametrize(("a", "b"), [(1.0, 3.0), (0.3, 0.3)])
def test_the_interval_of_a_ratio_covers_at_least_as_often_as_it_says(a, b):
    rng = np.random.default_rng(1)
    missed = 0
    truth = 0.6  # part = share * whole, shares have mean 0.6 and are drawn apart
    for _ in range(300):
        whole = rng.beta(a, b, 80)
        share = (rng.random(80) < truth).astype(float)
        low, high = ratio(share * whole, whole, 0.9)
        missed += not low <= truth <= high
    assert missed / 300 <= 0.1


def test_one_draw_of_other_noise_proves_nothing():
    answer = explain(network(0.4), X, "part", event=lambda label: bool(label < 2), draws=1)
    assert answer.kind == "empirical Bernstein"
    assert answer.interval == (0.0, 1.0)


def test_a_label_written_over_after_it_was_drawn_is_not_the_one_drawn():
    class Moves(Speaks):
        def forward(self, x: Tensor) -> Tensor:
            label = torch.multinomial(self.logits(x).softmax(-1), 1)
            label += 1
            return label % 4 if self.late else label

    torch.manual_seed(2)
    net = Moves(0.0).train()
    found = explain(net, X, "part", event=lambda label: bool(label == 4), draws=4000)
    assert isinstance(found.counts, Counts)
    exact = explain(network(0.0), X, "part", event=lambda label: bool(label == 3))
    assert found.on == pytest.approx(exact.on, abs=0.03)
    assert found.interval[0] <= exact.probability <= found.interval[1]


def test_draws_that_all_say_the_same_still_leave_room_for_chance():
    same = np.full(50, 0.3)
    low, high = ratio(same, same, 0.95)
    assert low < 0.9
    assert high == 1


def test_the_next_token_of_a_language_model_is_read_from_its_last_position():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        n_layer=2, n_head=2, n_embd=16, vocab_size=20, n_positions=8, bos_token_id=0, eos_token_id=0
    )
    net = transformers.GPT2LMHeadModel(config).eval()
    for weight in net.parameters():
        weight.data *= 4
    inputs = {"input_ids": torch.tensor([[3, 1, 4, 1, 5]]), "use_cache": False}

    def last(output) -> Tensor:
        return output.logits[0, -1]

    with torch.no_grad():
        chances = last(net(**inputs)).softmax(0)
    token = int(chances.argmax())
    head = "transformer.h.0.attn.heads[1]"
    told = explain(net, inputs, head, event=Sampled(token, read=last))
    assert told.on == pytest.approx(float(chances[token]), rel=1e-4)
    assert 0 < told.probability <= 1
    greedy = explain(net, inputs, head, event=Predicted(token, read=last))
    assert greedy.probability in (0.0, 1.0)
    with pytest.raises(EventError, match="read= finds"):
        explain(net, inputs, head, event=Predicted(token))
