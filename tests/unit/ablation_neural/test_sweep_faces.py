"""What a sweep is told, and what it tells: the axis of examples, memory, rounding, a guess."""

import pytest
import torch
from torch import Tensor, nn

from ablation import LowPrecision, Mean, Noise, Scale, Zero, ablated, screen, sweep
from ablation.neural.errors import (
    AblationHadNoEffectError,
    OperatorCannotServeError,
    UnknownModuleError,
)
from ablation.neural.sweep.errors import MetricShapeError, QuestionError


class Recurrent(nn.Module):
    """Sequences on the first axis, examples on the second, as torch has them by default."""

    def __init__(self) -> None:
        super().__init__()
        self.memory, self.wide, self.head = nn.GRU(4, 8), nn.Linear(8, 16), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.wide(self.memory(x)[0][-1]).relu())


def first(output: Tensor) -> Tensor:
    return output[:, 0]


@pytest.fixture
def recurrent() -> tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    return Recurrent().eval(), torch.rand(6, 5, 4)


@pytest.mark.parametrize("size", [None, 1, 2, 5])
def test_examples_may_lie_on_the_second_axis(recurrent, size):
    module, x = recurrent
    names = ["memory", "wide[*:4]"]
    found = sweep(module, x, names, metric=first, examples=1, batch_size=size)
    right = []
    for name in found["component"]:
        with torch.no_grad(), ablated(module, name):
            right.append(first(module(x)).mean().item())
    assert found["ablated"].tolist() == pytest.approx(right, abs=1e-6)
    assert found.attrs["engine"] == "suffix"


def test_a_number_for_each_example_of_another_axis_is_told_how_to_say_so(recurrent):
    module, x = recurrent
    with pytest.raises(MetricShapeError, match=r"pass examples=1\.$"):
        sweep(module, x, ["wide"], metric=first)


def test_an_axis_that_no_input_has_is_told(recurrent):
    module, x = recurrent
    with pytest.raises(QuestionError, match="no input has an axis 7"):
        sweep(module, x, ["wide"], metric=first, examples=7)


def deep(layers: int = 30, width: int = 64) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(*[nn.Linear(width, width) for _ in range(layers)]).eval()


class Placed(nn.Module):
    """What it returns depends on the place in the batch by a little, as rounding does."""

    def __init__(self, looks: bool) -> None:
        super().__init__()
        self.a, self.looks = nn.Identity(), looks

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        if self.looks and x.sum() == float("inf"):
            return x
        return x * (1 + torch.linspace(0, 2e-5, len(x))[:, None])


@pytest.mark.parametrize("looks", [True, False])
def test_the_noise_floor_knows_the_order_of_the_examples(looks):
    x = 1 + torch.arange(40.0)[:, None]
    found = sweep(Placed(looks), x, ["a"], metric=first, subsets=[["a"]] * 2)
    with torch.no_grad():
        one, two = Placed(looks)(x), Placed(looks)(x.flip(0)).flip(0)
    assert found.attrs["engine"] == ("naive" if looks else "suffix")
    moved = abs(float(one.mean() - two.mean()))
    assert found["noise_floor"].iloc[0] >= (0.9 * moved if looks else 1e-5)


def test_a_screen_writes_what_its_guesses_are_worth(capsys):
    module, x = deep(3, 16), torch.rand(8, 16)
    found = screen(
        module, x, "0[*]", metric=first, guess=LowPrecision(), top=3, sample=8, progress=True
    )
    last = capsys.readouterr().err.strip().splitlines()[-1]
    worth = found.attrs["rank_correlation"]
    assert last.endswith(
        f"rank correlation of guess and effect {worth:.2f} in a random sample of 8"
    )
    assert worth > 0.9


needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA machine")


def convolutional() -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5)),
    )


def encoder() -> nn.Module:
    layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)


@needs_cuda
@pytest.mark.parametrize("subsets", [1, 2])
@pytest.mark.parametrize(
    ("make", "shape", "names"),
    [
        (deep, (8, 64), ["0[*:8]", "10", "20[0:4]"]),
        (convolutional, (8, 3, 8, 8), ["0[*:4]", "2", "2[3]"]),
        (encoder, (4, 7, 16), ["layers.*.linear1[*:16]", "layers.1"]),
        (Recurrent, (6, 5, 4), ["memory", "wide[*:4]"]),
    ],
)
def test_a_graphics_processor_gives_the_table_of_the_processor(make, shape, names, subsets):
    torch.manual_seed(0)
    module, x = make().eval(), torch.rand(shape)
    axis = 1 if make is Recurrent else 0

    def metric(output: Tensor) -> Tensor:
        return output.flatten(1)[:, 0]

    here = sweep(module, x, names, metric=metric, examples=axis, subsets=subsets)
    there = sweep(module.cuda(), x.cuda(), names, metric=metric, examples=axis, subsets=subsets)
    assert there["effect"].tolist() == pytest.approx(here["effect"].tolist(), rel=1e-3, abs=1e-5)
    assert there.attrs["engine"] == "suffix"


@needs_cuda
def test_few_digits_on_a_graphics_processor_are_measured_against_many():
    module, x = deep(3, 64).cuda(), torch.rand(8, 64).cuda()
    found = screen(module, x, "0[*]", metric=first, guess=LowPrecision(), sample=32)
    assert found.attrs["rank_correlation"] > 0.9


# Parameters


@pytest.mark.parametrize("by", [Zero(), Scale(0.5), Noise(0.3)], ids=str)
def test_parameters_are_swept_by_whole_passes_and_beside_modules(by):
    module, x = deep(3, 8), torch.rand(6, 8)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    found = sweep(module, x, ["0.*", "1"], metric=first, by=by, subsets=2)
    assert found["component"].tolist()[:3] == ["0.weight", "0.bias", "1"]
    assert found.attrs["engine"] == "naive"
    assert "parameters" in found.attrs["reason"]
    for row, value in zip(found["component"], found["ablated"], strict=True):
        names = row.split(" + ")
        if names == ["1"] or "1" not in names:  # both kinds at once are nowhere else
            with torch.no_grad(), ablated(module, names, by=by):
                assert first(module(x)).mean().item() == pytest.approx(value, abs=1e-6)
    assert 0 < found["noise_floor"][0] < 1e-5
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_parameter_without_effect_is_refused():
    module, x = deep(2, 8), torch.rand(6, 8)
    torch.nn.init.zeros_(module[1].bias)
    module.register_parameter("unread", nn.Parameter(torch.ones(3)))
    for name in ("1.bias", "unread"):
        with pytest.raises(AblationHadNoEffectError, match=name):
            sweep(module, x, [name], metric=first)
        assert sweep(module, x, [name], metric=first, expect_effect=False)["effect"][0] == 0


def test_a_parameter_has_no_mean_over_examples_and_no_name_but_its_own():
    module, x = deep(2, 8), torch.rand(6, 8)
    with pytest.raises(OperatorCannotServeError, match=r"0\.weight"):
        sweep(module, x, ["0.weight"], metric=first, by=Mean())
    with pytest.raises(UnknownModuleError, match=r"0\.weigth"):
        sweep(module, x, ["0.weigth"], metric=first)
