"""What is asked wrongly is one clear error of ours, and the module is as it was, bit for bit."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation import Freeze, Mean, Noise, OptimalConstant, ReplaceBy, Resample, Scale, Skip, Zero
from ablation.neural import Components, ablated, observe
from ablation.neural.errors import (
    AblationHadNoEffectError,
    AlreadyAblatedError,
    CallsDifferError,
    EdgeError,
    InPlaceError,
    MixedComponentsError,
    NeuralError,
    NotAnOperatorError,
    NotNamesError,
    OperatorCannotServeError,
    OverlappingComponentsError,
    PartError,
    UnknownModuleError,
    UnpatchableModuleError,
)


class Step(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc, self.bn, self.act = nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.bn(self.fc(x)))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.out = Step(), Step(), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.second(self.first(x)))


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return Net().eval()


@pytest.fixture
def x() -> Tensor:
    return torch.randn(6, 4, generator=torch.Generator().manual_seed(1))


def state(net: nn.Module, x: Tensor) -> list[object]:
    """All that a patch could leave behind."""
    with torch.no_grad():
        output = net(x)
    return [
        {name: sorted(part.__dict__) for name, part in net.named_modules()},
        [id(each) for each in net.parameters()],
        {name: value.numpy().tobytes() for name, value in net.state_dict().items()},
        [len(part._forward_hooks) for part in net.modules()],
        torch.backends.mha.get_fastpath_enabled(),
        torch.get_rng_state().numpy().tobytes(),
        output.numpy().tobytes(),
    ]


REFUSED = [
    ("third", {}, UnknownModuleError, "no sub-module is called 'third'"),
    ("first.cf", {}, UnknownModuleError, "Did you mean first.fc"),
    ("", {}, UnknownModuleError, "no sub-module is called ''"),
    ("blocks.*", {}, UnknownModuleError, r"no sub-module matches 'blocks.\*'. There is first"),
    ("first.fc.wieght", {}, UnknownModuleError, "Did you mean first.fc.weight"),
    ([], {}, NotNamesError, r"given is \[\]"),
    (None, {}, NotNamesError, "given is None"),
    (3, {}, NotNamesError, "given is 3"),
    (["first", 3], {}, NotNamesError, "a list of such names"),
    (["first", "first.fc"], {}, OverlappingComponentsError, "name one of them, not both"),
    (["first", "out.weight"], {}, MixedComponentsError, "two nested `with` blocks"),
    ("first.fc[", {}, PartError, "a part is written like"),
    ("first.fc[9]", {}, PartError, "there are 4, counted from 0"),
    ("first.fc[-1]", {}, PartError, "a part is written like"),
    ("first.fc[2:2]", {}, PartError, "no entry at all"),
    ("first.fc.haeds[0]", {}, PartError, "did you mean heads"),
    ("first.heads[0]", {}, PartError, "does not say how many"),
    ("out.heads[0/3]", {}, PartError, "3 of them do not divide the 4 inputs"),
    ("input.y", {}, UnknownModuleError, "Did you mean input.x"),
    ("first.tokens[7]", {}, PartError, "there are 4"),
    ("first", {"by": Zero}, NotAnOperatorError, r"Did you mean Zero\(\)"),
    ("first", {"by": "zero"}, NotAnOperatorError, "by is 'zero'"),
    ("out.weight", {"by": None}, NotAnOperatorError, "by is None"),
    ("first", {"by": [Zero()]}, NotAnOperatorError, "expected an operator"),
    ("first", {"by": Freeze()}, OperatorCannotServeError, "Pass reference="),
    ("out", {"by": Skip()}, OperatorCannotServeError, "reads shape"),
    ("first.fc[0]", {"by": Skip()}, OperatorCannotServeError, "nothing enters it alone"),
    ("out.bias", {"by": Mean()}, OperatorCannotServeError, "is a parameter"),
    ("first", {"by": ReplaceBy(nn.Linear(4, 3))}, OperatorCannotServeError, r"it \(6, 3\)"),
    ("first", {"by": ReplaceBy(lambda _: "x")}, OperatorCannotServeError, "it none"),
    ("first", {"by": OptimalConstant(lambda y: y.sum())}, OperatorCannotServeError, "reference="),
    ("first", {"by": Scale(1.0)}, AblationHadNoEffectError, "Choose another operator"),
    ("first", {"among": "second"}, EdgeError, "this has none"),
    ("first -> out", {}, EdgeError, "pass among="),
    ("first -> out", {"among": "third"}, UnknownModuleError, "no sub-module is called 'third'"),
    ("out -> first", {"among": "second"}, AblationHadNoEffectError, "out -> first"),
]


@pytest.mark.parametrize(("names", "how", "error", "said"), REFUSED)
def test_one_clear_error_and_the_module_as_it_was(net, x, names, how, error, said):
    before = state(net, x)
    with (
        pytest.raises(error, match=said) as caught,
        torch.no_grad(),
        ablated(net, names, **how),
    ):
        net(x)
    assert issubclass(error, NeuralError)
    assert "\n" not in str(caught.value)
    assert state(net, x) == before


@pytest.mark.parametrize("by", [Mean(), Resample(), Freeze(), OptimalConstant(lambda y: y.sum())])
def test_a_reference_that_does_not_fit(net, x, by):
    before = state(net, x)
    with (
        pytest.raises(OperatorCannotServeError) as caught,
        torch.no_grad(),
        ablated(net, "first", by=by, reference=x[:0]),
    ):
        net(x)
    assert "\n" not in str(caught.value)
    assert state(net, x) == before


def test_what_goes_wrong_inside_the_module_is_its_own_error_and_leaves_no_trace(net, x):
    before = state(net, x)
    wrong: list[Callable[[], object]] = [
        lambda: net(torch.ones(2, 9)),
        lambda: net(x, x),
        lambda: 1 / 0,
    ]
    for run in wrong:
        for names in ("first", "out.weight", "first.fc[0]", ["first", "out"]):
            with (
                pytest.raises((RuntimeError, TypeError, ZeroDivisionError)) as caught,
                ablated(net, names),
            ):
                run()
            assert not isinstance(caught.value, NeuralError), "what is reported is what happened"
            assert state(net, x) == before
    with pytest.raises(RuntimeError), ablated(net, "first", by=Mean(), reference=torch.ones(3, 7)):
        net(x)
    assert state(net, x) == before


def test_an_interrupted_block_leaves_no_trace(net, x):
    before = state(net, x)
    for stop in (KeyboardInterrupt, GeneratorExit, SystemExit):
        with pytest.raises(stop), ablated(net, ["first", "out"], by=Noise()):
            raise stop
        assert state(net, x) == before


def test_a_module_that_is_ablated_already_in_every_way_there_is(net, x):
    before = state(net, x)
    taken = ["first", "first.fc", "first.fc[0]", "first.fc[*]"]
    for outer in taken:
        with torch.no_grad(), ablated(net, outer, expect_effect=False):
            net(x)
            with (
                pytest.raises(AlreadyAblatedError, match="leave that `with` block first"),
                ablated(net, "first"),
            ):
                pass
            within = net(x)
            with pytest.raises(AlreadyAblatedError):
                ablation.audit(net, x, "first", metric=lambda y: y[:, 0], margin=0.1)
            assert torch.equal(net(x), within), "the first ablation goes on"
        assert state(net, x) == before


class Overwrites(nn.Module):
    """Writes into what it is given, without saying so."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(2)


def test_a_component_that_writes_into_its_input_unasked(x):
    net = nn.Sequential(nn.Linear(4, 4), Overwrites(), nn.Linear(4, 4))
    before = state(net, x)
    with (
        pytest.raises(InPlaceError, match="Let it work on a copy"),
        torch.no_grad(),
        ablated(net, "1"),
    ):
        net(x)
    assert state(net, x) == before


class Loops(nn.Module):
    """How often a component runs depends on what another computes."""

    def __init__(self) -> None:
        super().__init__()
        self.count, self.step = nn.Identity(), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(int(self.count(x.new_tensor(3.0)))):
            x = self.step(x)
        return x


def test_a_component_that_runs_more_often_than_it_was_held_for(x):
    net = Loops().eval()
    before = state(net, x)
    held = {"step": observe(net, x, "step").own["step"][:2]}
    with pytest.raises(CallsDifferError, match="depends on what others compute"):
        observe(net, x, "step", hold=held)
    with torch.no_grad(), ablated(net, "count") as patch:
        assert torch.equal(net(x), x), "no step is left"
    assert patch.acted[0].proven
    assert not Components.of(net, x).exact
    assert state(net, x) == before


@pytest.mark.parametrize("given", [3, "net", Net, lambda x: x, None])
def test_what_is_no_module(given):
    for ask in (
        lambda: ablated(given, "first").__enter__(),
        lambda: Components.of(given, torch.ones(1)),
        lambda: ablation.audit(given, torch.ones(2), metric=lambda y: y, margin=1),
    ):
        with pytest.raises(UnpatchableModuleError, match="pass the module itself"):
            ask()
