"""What one prediction owes to a component: laws that hold of every explanation."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from torch import Tensor, nn
from torch.nn import functional as F

import ablation.attribution as attribution
from ablation import Mean, Zero
from ablation.attribution import EvidenceNeverHeldError, Explanation, Predicted, explain
from ablation.attribution.event import EventError
from ablation.attribution.explanation import Counts
from ablation.neural import ablated

counts = st.builds(Counts, *[st.integers(0, 40)] * 4)


def told(table: Counts, *, random: bool = True) -> Explanation:
    return Explanation("mlp", "zero", "it is a 3", table, random, ("drop",), "by hand")


@given(table=counts)
def test_the_numbers_of_an_explanation_agree_with_each_other(table):
    assume(table.on)
    answer = told(table)
    assert math.isclose(answer.necessity, 1 - answer.probability, abs_tol=1e-12)
    low, high = answer.bounds
    assert low - 1e-12 <= answer.probability <= high + 1e-12
    assert low - 1e-12 <= answer.independent <= high + 1e-12
    assert answer.interval[0] <= answer.probability <= answer.interval[1]
    assert math.isclose(
        answer.necessity_and_sufficiency, answer.on * answer.necessity, abs_tol=1e-12
    )
    if table.off < table.draws:
        failed = 1 - answer.off
        assert math.isclose(
            answer.necessity_and_sufficiency, failed * answer.sufficiency, abs_tol=1e-12
        )
    else:
        assert math.isnan(answer.sufficiency)
        assert answer.sufficiency_interval == (0.0, 1.0)
    assert math.isclose(answer.effect, (table.only_on - table.only_off) / table.draws)


@pytest.mark.parametrize("p", [0.02, 0.5, 0.9])
def test_the_interval_covers_at_least_as_often_as_it_says(p):
    law = stats.binom(60, p)
    covered = sum(
        law.pmf(k)
        for k in range(61)
        if (interval := told(Counts(k, 60 - k, 0, 0)).interval)[0] <= p <= interval[1]
    )
    assert covered >= 0.95


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(4, 8)
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(2))
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        stream = self.embed(x)
        for block in self.blocks:
            stream = stream + 2 * F.dropout(block(stream), 0.4, self.training)
        return self.head(F.dropout(stream, 0.2, self.training))


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(6)
    return Net().train()


@pytest.fixture
def examples() -> Tensor:
    return 2 * torch.randn(12, 4, generator=torch.Generator().manual_seed(1))


def labels(net: nn.Module, examples: Tensor) -> list[int]:
    with torch.no_grad():
        found: list[int] = net.eval()(examples).argmax(1).tolist()
    net.train()
    return found


def test_averaged_over_units_the_explanations_are_the_ablation_effect(net, examples):
    names = labels(net, examples)
    answers = [
        explain(net, examples[i : i + 1], "blocks.0", event=Predicted(label), unit=i, draws=8000)
        for i, label in enumerate(names)
    ]
    effect = sum(answer.effect for answer in answers) / len(answers)
    torch.manual_seed(0)  # torch's own dropout, plain ablation: another road
    many, wanted = examples.repeat(3000, 1), torch.tensor(names).repeat(3000)
    with torch.no_grad():
        on = (net(many).argmax(1) == wanted).double()
        with ablated(net, "blocks.0", by=Zero()):
            off = (net(many).argmax(1) == wanted).double()
    error = 5 * float((on.var() + off.var()) * (1 / len(many) + 1 / (8000 * len(answers)))) ** 0.5
    assert effect == pytest.approx(float(on.mean() - off.mean()), abs=error)
    assert abs(effect) > 3 * error, "there must be an effect to speak of"


def test_without_noise_the_average_is_the_ablation_effect_exactly(net, examples):
    names = labels(net, examples)
    wanted = torch.tensor([(name + (i % 3 == 0)) % 3 for i, name in enumerate(names)])
    net.eval()
    with torch.no_grad():
        on = net(examples).argmax(1) == wanted
        with ablated(net, "blocks.1", by=Zero()):
            off = net(examples).argmax(1) == wanted
    right = [i for i in range(len(wanted)) if on[i]]
    assert 0 < len(right) < len(wanted), "some are wrong from the start, and cannot be explained"
    answers = {
        i: explain(net, examples[i : i + 1], "blocks.1", event=Predicted(int(wanted[i])))
        for i in right
    }
    kept = sum(answer.probability for answer in answers.values())
    won = int((off & ~on).sum())
    accuracies = float(on.double().mean()), float((kept + won) / len(wanted))
    assert accuracies == (float(on.double().mean()), float(off.double().mean()))


def test_noise_of_its_own_overstates_how_necessary_a_component_is(net, examples):
    answers = [
        explain(net, examples[i : i + 1], "blocks.1", event=Predicted(label))
        for i, label in enumerate(labels(net, examples))
    ]
    shared = sum(answer.necessity for answer in answers)
    anew = sum(1 - answer.independent for answer in answers)
    assert anew > 1.1 * shared > 0


def test_an_answer_does_not_depend_on_the_chunks(net, examples):
    event = Predicted(labels(net, examples[:1])[0])
    answers = [
        explain(net, examples[:1], "blocks.0", event=event, draws=60, together=n)
        for n in (1, 7, 60)
    ]
    assert len({answer.counts for answer in answers}) == 1
    assert len({answer.engine for answer in answers}) == 3


def test_another_unit_or_seed_has_other_noise(net, examples):
    event = Predicted(labels(net, examples[:1])[0])

    def table(**key: int) -> Counts:
        return explain(net, examples[:1], "blocks.0", event=event, draws=400, **key).counts

    assert table() == table(seed=0, unit=0)
    assert len({table(), table(seed=1), table(unit=1)}) > 1


def test_neither_the_module_nor_the_global_stream_notices(net, examples):
    stream = torch.get_rng_state()
    with torch.no_grad():
        before = net.eval()(examples)
        explain(net.train(), examples[:1], "blocks.0", event=lambda _: True, draws=9)
        assert torch.equal(net.eval()(examples), before)
    assert torch.equal(torch.get_rng_state(), stream)


def test_without_noise_the_answer_is_zero_or_one_with_the_margin(net, examples):
    label = labels(net, examples[:1])[0]
    net.eval()
    answer = explain(net, examples[:1], "blocks.0", event=Predicted(label))
    logits = net(examples[:1])[0].detach()
    others = [logit for i, logit in enumerate(logits.tolist()) if i != label]
    assert answer.margins.on == pytest.approx(float(logits[label]) - max(others))
    assert answer.probability == float(answer.margins.off > 0)
    assert answer.interval == answer.bounds == (answer.probability, answer.probability)
    assert (answer.draws, answer.sites) == (1, ())
    assert str(answer).endswith("Nothing is random.")


def test_a_higher_level_widens_the_interval(net, examples):
    def width(level: float) -> float:
        answer = explain(
            net, examples[:1], "blocks.0", event=lambda out: out[0, 0], draws=300, level=level
        )
        return answer.interval[1] - answer.interval[0]

    assert 0 < width(0.8) < width(0.95) < width(0.99)


def test_several_components_are_switched_off_together(net, examples):
    answer = explain(net, examples[:1], "blocks.*", event=lambda _: True, draws=20)
    assert answer.component == "blocks.0 and blocks.1"


def test_a_part_an_arrow_and_a_parameter_are_written_as_for_an_ablation(net, examples):
    every = ["embed", "blocks.*", "head"]
    event = Predicted(labels(net, examples[:1])[0])
    for written, how in (
        ("blocks.0.0[0:3]", {}),
        ("embed -> blocks.1", {"among": every}),
        ("blocks.0 -> head", {"among": every}),
        ("blocks.0 -> output", {"among": every[:2]}),
        ("blocks.1.0.bias", {}),
    ):
        answer = explain(net, examples[:1], written, event=event, draws=60, **how)
        assert answer.component == written
        assert answer.sites == ("bernoulli_", "bernoulli_:1", "bernoulli_:2")
        assert (
            answer.counts
            == explain(net, examples[:1], written, event=event, draws=60, together=1, **how).counts
        )


def test_the_noise_of_an_arrow_that_is_off_is_that_of_the_first_world(net, examples):
    every = ["embed", "blocks.*", "head"]  # nothing but the head reads blocks.1
    whole = explain(
        net, examples[:1], "blocks.1 -> head", event=lambda out: out[0, 0], among=every, draws=80
    )
    plain = explain(net, examples[:1], "blocks.1", event=lambda out: out[0, 0], draws=80)
    assert whole.counts == plain.counts
    assert whole.counts.only_on


def test_operators_that_need_other_examples_take_them(net, examples):
    event = Predicted(labels(net, examples[:1])[0])
    answer = explain(net, examples[:1], "blocks.0", event=event, by=Mean(), reference=examples)
    assert answer.operator == "mean"
    assert answer.random


def test_an_event_that_never_happens_is_refused(net, examples):
    with pytest.raises(EvidenceNeverHeldError, match="never held in 30 draws") as caught:
        explain(net, examples[:1], "blocks.0", event=lambda _: False, draws=30)
    assert (caught.value.event, caught.value.draws) == ("the event holds", 30)
    with pytest.raises(ValueError, match="draws must be a whole number, 1 or more"):
        explain(net, examples[:1], "blocks.0", event=lambda _: True, draws=0)


def test_a_network_without_noise_says_that_the_event_does_not_hold(net, examples):
    label = labels(net, examples[:1])[0]
    with pytest.raises(EvidenceNeverHeldError, match="does not hold for this example") as caught:
        explain(net.eval(), examples[:1], "blocks.0", event=Predicted(1 - label), draws=30)
    assert f"the prediction is {1 - label}" in str(caught.value)
    assert "30" not in str(caught.value)
    assert not caught.value.random


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (lambda out: out > 0, "3 things about one output"),
        (lambda out: out.argmax(), "returned"),
        (lambda out: "yes", "returned 'yes'"),
    ],
)
def test_an_event_that_does_not_say_one_thing_is_refused(net, examples, event, problem):
    with pytest.raises(EventError, match=problem):
        explain(net, examples[:1], "blocks.0", event=event)


def test_an_event_may_be_said_with_numpy(net, examples):
    example, part = examples[:1], "blocks.0"
    said = [
        explain(net, example, part, event=event, draws=200).probability
        for event in (
            lambda out: bool(out[0, 0] > out[0, 1]),
            lambda out: (out[0, 0] > out[0, 1]).numpy(),
            lambda out: np.float64(out[0, 0] - out[0, 1]),
            lambda out: np.greater(*out[0, :2].numpy()),
        )
    ]
    assert 0 < said[0] < 1
    assert said == said[:1] * 4


def test_a_predicted_class_is_one_of_the_classes_of_one_example():
    logits = torch.tensor([[0.0, 3.0, 1.0]])
    assert [float(Predicted(k)(logits)) for k in range(3)] == [-3.0, 2.0, -2.0]
    for label, output in ((3, logits), (-1, logits), (0, logits.repeat(2, 1)), (0, logits[:, :1])):
        with pytest.raises(EventError):
            Predicted(label)(output)


def test_the_answer_reads_as_a_sentence(net, examples):
    label = labels(net, examples[:1])[0]
    text = str(explain(net, examples[:1], "blocks.0", event=Predicted(label)))
    assert text.startswith(f"Given that the prediction is {label}, it would still be so with")
    assert "if blocks.0 were off (zero)" in text


def test_every_exported_name_is_there():
    assert all(getattr(attribution, name) is not None for name in attribution.__all__)


class Scored(nn.Module):
    """Two parts with noise of their own; what the first passes on can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.scorer = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))
        self.other = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))

    def forward(self, x: Tensor) -> Tensor:
        return self.scorer(x) + self.other(x)


def test_what_else_was_seen_of_the_run_conditions_every_number(examples):
    torch.manual_seed(2)
    net, x = Scored().train(), examples[:1]
    with torch.no_grad():
        mine, beside = (2 * part[0](x)[0] for part in (net.scorer, net.other))
    event = Predicted(1)

    def kept(value: Tensor) -> bool:
        return bool(value[0, 1] != 0)

    told = explain(net, x, "scorer", event=event, seen={"scorer": kept}, draws=6000)
    law: dict[tuple[bool, bool], int] = {}
    for bits in itertools.product([0, 1], repeat=6):
        mask = torch.tensor(bits, dtype=torch.float32)
        if not mask[1]:
            continue  # the scorer is known to have passed this on
        worlds = mask[:3] * mine + mask[3:] * beside, mask[3:] * beside
        pair = tuple(float(event(world)) > 0 for world in worlds)
        law[pair] = law.get(pair, 0) + 1
    on = law.get((True, True), 0) + law.get((True, False), 0)
    assert told.probability == pytest.approx(law.get((True, True), 0) / on, abs=0.03)
    assert told.on == pytest.approx(on / 32, abs=0.03)
    assert told.draws == 6000
    assert 2700 < told.counts.draws < 3300
    assert told.event == "the prediction is 1 and of scorer, the event holds"
    alone = explain(net, x, "scorer", event=event, seen={"scorer": kept}, draws=50, together=1)
    many = explain(net, x, "scorer", event=event, seen={"scorer": kept}, draws=50)
    assert alone.counts == many.counts
    with pytest.raises(EvidenceNeverHeldError, match="of scorer, the event holds"):
        explain(net, x, "scorer", event=event, seen={"scorer": lambda _: False}, draws=9)
    with pytest.raises(EventError, match="name one component"):
        explain(net, x, "scorer", event=event, seen={"*.0": kept}, draws=9)
