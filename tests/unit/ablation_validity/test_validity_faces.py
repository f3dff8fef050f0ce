"""How an audit is asked, refused and shown."""

import copy

import pytest
import torch
from torch import nn

import ablation
from ablation import Freeze, Mean, OptimalConstant, ReplaceBy, Resample, Zero
from ablation.errors import AblationError
from ablation.neural.errors import (
    AblationHadNoEffectError,
    AlreadyAblatedError,
    InterferenceError,
    OperatorCannotServeError,
    RandomModuleError,
    UnknownModuleError,
)
from ablation.neural.sweep.errors import QuestionError
from ablation.neural.validity.errors import AuditQuestionError, NoUnitsError


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2)).eval()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(60, 4, generator=torch.Generator().manual_seed(0))


HOW = {"metric": lambda y: y[:, 0], "margin": 0.1, "draws": 0}


def test_the_estimand_names_component_replacement_distribution_inputs_and_metric(net, x):
    found = ablation.audit(net, x, "1", name="the first score", by=(Mean(), Zero()), **HOW)
    assert found.estimand == (
        "The mean, over the 60 inputs given, of what is lost in the first score when 1 passes on "
        "its mean over these inputs, at each position and everything computed from it follows; "
        "within 0.1 counts as nothing."
    )
    there = ablation.audit(net, x, "1", reference=x[:50], **HOW)
    said = there.question.sentence("1", Resample())
    assert "its value on another of 50 reference inputs, drawn evenly" in said
    assert found.estimand in str(found)


@pytest.mark.parametrize("by", [Freeze(), Mean("feature"), OptimalConstant(lambda y: y.sum())])
def test_replacements_may_come_from_a_reference(net, x, by):
    found = ablation.audit(net, x, ["0", "1"], by=by, reference=x.flip(0), **HOW | {"draws": 3})
    assert {str(each.operator) for each in found.effects} == {str(by)}


def test_effects_are_those_of_the_plain_ablation(net, x):
    operators = (Zero(), Mean(), ReplaceBy(nn.ReLU(), name="relu"))
    found = ablation.audit(net, x, "1", by=operators, **HOW).table()
    with torch.no_grad():
        before = net(x)[:, 0]
        for row, by in zip(found.itertuples(), operators, strict=True):
            with ablation.ablated(net, "1", by=by):
                assert row.effect == pytest.approx(float((before - net(x)[:, 0]).mean()), abs=1e-6)


def test_a_page_is_escaped_and_whole(net, x):
    found = ablation.audit(net, x, ["0", "1"], name="<b>score</b>", **HOW)
    page = found._repr_html_()
    assert "&lt;b&gt;score" in page
    assert "<b>" not in page
    assert page.count("<tr") == 3
    frame = found.frame()
    assert frame["component"].tolist() == ["0", "1"]
    assert frame["n"].tolist() == [60, 60]


def test_an_audit_is_repeatable_and_leaves_no_trace(net, x):
    before, state = copy.deepcopy(net.state_dict()), torch.get_rng_state()
    first, second = (ablation.audit(net, x, **HOW | {"draws": 5}) for _ in range(2))
    assert str(first) == str(second)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert all("forward" not in part.__dict__ for part in net.modules())


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"metric": lambda y: y.mean()}, NoUnitsError, "one number for each of the 60 examples"),
        ({"metric": lambda y: y}, NoUnitsError, r"a value of shape \(60, 2\)"),
        ({"metric": lambda _: "high"}, NoUnitsError, "the metric returned str"),
        ({"margin": 0}, AuditQuestionError, "margin is 0; expected a number above 0"),
        ({"metric": 3}, QuestionError, "metric is 3; expected a function of the output"),
        ({"margin": "small"}, AuditQuestionError, "margin is 'small'; expected a number"),
        ({"margin": float("nan")}, AuditQuestionError, "margin is nan"),
        ({"level": 95}, AuditQuestionError, "level is 95; expected a number between 0.5 and 1"),
        ({"order": 0}, AuditQuestionError, "order is 0"),
        ({"draws": -1}, AuditQuestionError, "draws is -1"),
        ({"by": ()}, AuditQuestionError, "one replacement or more"),
        ({"components": "layer.*"}, UnknownModuleError, "no sub-module matches 'layer"),
        ({"by": Freeze()}, OperatorCannotServeError, "Pass reference="),
    ],
)
def test_bad_input_is_one_clear_error_and_the_module_is_as_it_was(net, x, how, error, said):
    with pytest.raises(error, match=said) as caught:
        ablation.audit(net, x, **HOW | how)
    assert issubclass(error, AblationError)
    assert "\n" not in str(caught.value)
    assert all("forward" not in part.__dict__ for part in net.modules())


def test_what_cannot_be_audited_is_refused(x):
    dropping = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
    with pytest.raises(RandomModuleError, match=r"Call module.eval\(\) first"):
        ablation.audit(dropping, x, **HOW)
    with pytest.raises(InterferenceError):
        ablation.audit(nn.Sequential(nn.BatchNorm1d(4)), x, **HOW)
    unused = nn.ModuleDict({"used": nn.Linear(4, 4), "idle": nn.Linear(4, 4)})
    unused.forward = unused["used"].forward
    with pytest.raises(AblationHadNoEffectError, match="never called"):
        ablation.audit(unused, x, **HOW)


def test_a_module_that_is_ablated_already_is_refused(net, x):
    with ablation.ablated(net, "1", expect_effect=False):
        net(x)
        with pytest.raises(AlreadyAblatedError):
            ablation.audit(net, x, "1", **HOW)
