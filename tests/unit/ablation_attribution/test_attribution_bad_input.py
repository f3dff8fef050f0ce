"""Questions about a prediction that have no answer: one clear line, and the module as it was."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from ablation import Predicted, Resample, circuit, explain, flow, mediation, path_effect
from ablation.attribution import EvidenceNeverHeldError
from ablation.attribution.event import EventError
from ablation.attribution.settings import LevelError, TooFewDrawsError
from ablation.errors import AblationError
from ablation.neural.errors import (
    EdgeError,
    InterferenceError,
    NotNamesError,
    OperatorCannotServeError,
    PartError,
    UnknownModuleError,
    UnpatchableModuleError,
    UnrecordedRandomnessError,
)
from ablation.neural.sweep.errors import QuestionError


class Net(nn.Module):
    def __init__(self, leave: Callable[[Tensor], object] = lambda out: out) -> None:
        super().__init__()
        self.embed, self.block = nn.Linear(4, 4), nn.Sequential(nn.Linear(4, 4), nn.Tanh())
        self.drop, self.head, self.leave = nn.Dropout(0.5), nn.Linear(4, 3), leave
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x: Tensor) -> object:
        self.seen += 1
        x = self.embed(x)
        return self.leave(self.head(x + self.drop(self.block(x))))


X = torch.tensor([[1.0, -0.5, 0.3, 2.0]])


def network(**how: object) -> Net:
    torch.manual_seed(0)
    return Net(**how).train()


def fails() -> None:
    raise ZeroDivisionError("in the event")


def raising(_: object) -> bool:
    fails()
    return True


class Rolls(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.poisson(x.abs())


BAD = {
    "an unknown component": (
        lambda net: explain(net, X, "blok", event=lambda _: True),
        UnknownModuleError,
        "no sub-module is called 'blok'. Did you mean block",
    ),
    "a part that is not there": (
        lambda net: explain(net, X, "embed[9]", event=lambda _: True),
        PartError,
        "there are 4, counted from 0",
    ),
    "an arrow without what is held": (
        lambda net: explain(net, X, "embed -> head", event=lambda _: True),
        EdgeError,
        "pass among=",
    ),
    "an event that says many things": (
        lambda net: explain(net, X, "block", event=lambda out: out > 0),
        EventError,
        "said 3 things about one output",
    ),
    "an event that is a text": (
        lambda net: explain(net, X, "block", event=lambda _: "yes"),
        EventError,
        "returned 'yes'",
    ),
    "an event that is no function": (
        lambda net: explain(net, X, "block", event=True),
        QuestionError,
        "event is True; expected a function of the output",
    ),
    "what was seen, said by no function": (
        lambda net: explain(net, X, "block", event=lambda _: True, seen={"embed": 1}),
        QuestionError,
        "embed is 1; expected a function",
    ),
    "an event that is no number": (
        lambda net: explain(net, X, "block", event=lambda _: float("nan")),
        EventError,
        r"returned nan \(float\)",
    ),
    "an event that returns nothing": (
        lambda net: explain(net, X, "block", event=lambda _: None),
        EventError,
        "returned None",
    ),
    "an event that raises": (
        lambda net: explain(net, X, "block", event=raising),
        ZeroDivisionError,
        "in the event",
    ),
    "an event that never holds": (
        lambda net: explain(net, X, "block", event=lambda _: False, draws=40),
        EvidenceNeverHeldError,
        "never held in 40 draws",
    ),
    "an event about a batch": (
        lambda net: explain(net, X.repeat(3, 1), "block", event=Predicted(1)),
        EventError,
        r"shape \(3, 3\)",
    ),
    "no draws": (
        lambda net: explain(net, X, "block", event=lambda _: True, draws=0),
        TooFewDrawsError,
        "1 or more, not 0",
    ),
    "fewer than no draws": (
        lambda net: flow(net, X, metric=lambda out: out.sum(), draws=-3),
        TooFewDrawsError,
        "1 or more, not -3",
    ),
    "half a draw": (
        lambda net: explain(net, X, "block", event=lambda _: True, draws=1.5),
        TooFewDrawsError,
        "draws must be a whole number, 1 or more, not 1.5",
    ),
    "no draw side by side": (
        lambda net: explain(net, X, "block", event=lambda _: True, together=0),
        TooFewDrawsError,
        "together must be a whole number, 1 or more, not 0",
    ),
    "a level in percent": (
        lambda net: explain(net, X, "block", event=lambda _: True, level=95),
        LevelError,
        "the level is 95: give the share",
    ),
    "a level in percent, of amounts": (
        lambda net: flow(net, X, metric=lambda out: out.sum(), level=95),
        LevelError,
        "the level is 95: give the share",
    ),
    "no component": (
        lambda net: explain(net, X, [], event=lambda _: True),
        NotNamesError,
        "given is \\[\\]",
    ),
    "no component in a flow": (
        lambda net: flow(net, X, [], metric=lambda out: out.sum()),
        NotNamesError,
        "given is \\[\\]",
    ),
    "an input of another shape": (
        lambda net: explain(net, X[:, :3], "block", event=lambda _: True),
        RuntimeError,
        "cannot be multiplied",
    ),
    "an operator that needs others": (
        lambda net: explain(net, X, "block", event=lambda _: True, by=Resample()),
        OperatorCannotServeError,
        "two examples or more. Pass reference",
    ),
    "an operator that needs others, with the effect taken apart": (
        lambda net: mediation(
            net, X, "embed", through="block", by=Resample(), metric=lambda out: out.sum()
        ),
        OperatorCannotServeError,
        "two examples or more. Pass reference",
    ),
    "a path through nothing": (
        lambda net: path_effect(
            net, X, "embed -> hed", among=["embed", "block", "head"], metric=lambda out: out.sum()
        ),
        AblationError,
        "Did you mean head",
    ),
    "a metric of the parts of an effect that is no function": (
        lambda net: mediation(net, X, "embed", through="block", metric=3),
        QuestionError,
        "metric is 3; expected a function",
    ),
    "a metric along arrows that is no function": (
        lambda net: flow(net, X, metric="accuracy"),
        QuestionError,
        "metric is 'accuracy'; expected a function",
    ),
    "a metric along a path that is no function": (
        lambda net: path_effect(net, X, "embed -> output", among=["embed"], metric=None),
        QuestionError,
        "metric is None; expected a function",
    ),
    "a circuit that keeps no function": (
        lambda net: circuit(net, X, keeps=None),
        QuestionError,
        "keeps is None; expected a function",
    ),
    "a circuit that keeps what is no number": (
        lambda net: circuit(net, X, keeps=lambda _: float("nan")),
        EventError,
        r"returned nan \(float\)",
    ),
    "a circuit of a random module": (
        lambda net: circuit(net, X, keeps=lambda _: True),
        AblationError,
        "Call module.eval",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_question_gets_one_clear_line_and_leaves_the_module_as_it_was(name):
    ask, error, says = BAD[name]
    net = network()
    state = {key: value.clone() for key, value in net.state_dict().items()}
    objects = {key: id(value) for key, value in net.named_parameters()}
    stream, fused = torch.get_rng_state(), torch.backends.mha.get_fastpath_enabled()
    with pytest.raises(error, match=says) as caught:
        ask(net)
    if issubclass(error, AblationError):
        assert "\n" not in str(caught.value)
    assert all(torch.equal(value, net.state_dict()[key]) for key, value in state.items())
    assert objects == {key: id(value) for key, value in net.named_parameters()}
    assert all("forward" not in part.__dict__ for part in net.modules())
    assert torch.equal(torch.get_rng_state(), stream)
    assert torch.backends.mha.get_fastpath_enabled() is fused
    assert net.training


def test_modules_that_cannot_be_explained_say_why():
    with pytest.raises(UnpatchableModuleError, match="pass the module itself"):
        explain(lambda x: x, X, "block", event=lambda _: True)
    with pytest.raises(UnrecordedRandomnessError, match="poisson"):
        explain(nn.Sequential(nn.Linear(4, 4), Rolls()), X, "0", event=lambda _: True)
    batch = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).train()
    with pytest.raises(InterferenceError, match="Put those modules in eval mode"):
        explain(batch, X, "0", event=lambda _: True)
    assert explain(batch.eval(), X, "0", event=lambda _: True).probability == 1


@dataclass
class Answer:
    """An output that no library of containers knows."""

    logits: Tensor


@pytest.mark.parametrize(
    ("leave", "event", "reason"),
    [
        (Answer, lambda out: bool(out.logits[0, 0] > 0.2), "holds a Answer"),
        (lambda out: float(out[0, 0]), lambda out: out > 0.2, "asks for a value"),
        (lambda out: {"a": out, "n": 3}, lambda out: bool(out["a"][0, 0] > 0.2), ""),
        (lambda out: (out, None, "text"), lambda out: bool(out[0][0, 0] > 0.2), ""),
    ],
    ids=["an object", "a number", "a mapping", "a tuple"],
)
def test_outputs_that_are_no_tensor_are_read_draw_by_draw(leave, event, reason):
    plain = explain(network(), X, "block", event=lambda out: bool(out[0, 0] > 0.2), draws=60)
    found = explain(network(leave=leave), X, "block", event=event, draws=60)
    assert found.counts == plain.counts
    assert 0 < found.counts.on < 60
    assert reason in found.engine
