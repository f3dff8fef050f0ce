"""A screen is a guess that is measured: what was run is exact, and the rest has no effect."""

import numpy as np
import pytest
import torch
from torch import nn

from ablation import FirstOrder, IntegratedGradients, LowPrecision, Mean, screen, sweep
from ablation.errors import StudyError
from ablation.neural.sweep.errors import NoGradientError, QuestionError


@pytest.fixture
def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 24), nn.GELU(), nn.Linear(24, 24), nn.GELU(), nn.Linear(24, 1)
    ).eval()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(32, 6, generator=torch.Generator().manual_seed(0))


def squared(output: torch.Tensor) -> torch.Tensor:
    return output[:, 0].square()


PARTS = ["0[*:2]", "2[*:2]"]


@pytest.mark.parametrize("guess", [FirstOrder(), IntegratedGradients(), LowPrecision()], ids=str)
def test_what_was_run_is_exact_and_the_rest_has_no_effect(network, x, guess):
    found = screen(network, x, PARTS, metric=squared, guess=guess, top=4, sample=6)
    whole = sweep(network, x, PARTS, metric=squared).set_index("component")["effect"]
    run = found[found["chosen"] != ""]
    assert 6 <= len(run) <= 10
    assert run["exact"].all()
    assert np.allclose(run["effect"], whole[run["component"]], rtol=1e-5, atol=1e-8)
    assert found.loc[found["chosen"] == "", "effect"].isna().all()
    assert not found.loc[found["chosen"] == "", "exact"].any()
    assert list(found["chosen"][:4].str.contains("top")) == [True] * 4
    assert found["chosen"].str.contains("sample").sum() == found.attrs["sampled"] == 6
    assert found.attrs["guessed_by"] == str(guess)


def test_the_rank_correlation_is_that_of_the_sample(network, x):
    found = screen(network, x, PARTS, metric=squared, sample=24)
    ranks = found[["guess", "effect"]].rank()
    assert found.attrs["rank_correlation"] == pytest.approx(ranks["guess"].corr(ranks["effect"]))


def test_a_first_order_guess_is_exact_where_everything_is_linear(x):
    torch.manual_seed(0)
    linear = nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 1))
    for by in (None, Mean()):
        kwargs = {} if by is None else {"by": by}
        found = screen(linear, x, ["0[*]", "1[*:4]"], metric=lambda out: out.mean(), **kwargs)
        run = found.dropna()
        assert np.allclose(run["guess"], run["effect"], rtol=1e-4, atol=1e-7)


def test_gradients_on_the_way_add_up_to_the_effect_of_a_layer(network, x):
    found = screen(network, x, "2", metric=squared, guess=IntegratedGradients(200), sample=2)
    assert found["guess"][0] == pytest.approx(found["effect"][0], rel=1e-3)
    straight = screen(network, x, "2", metric=squared, guess=FirstOrder(), sample=2)
    assert abs(straight["guess"][0] - straight["effect"][0]) > 0.1 * abs(straight["effect"][0])


def test_few_digits_are_measured_against_many(network, x):
    found = screen(network, x, PARTS, metric=squared, guess=LowPrecision(), sample=24)
    assert found.attrs["rank_correlation"] > 0.8
    assert (found["guess"] != found["effect"]).any()
    assert next(network.parameters()).dtype is torch.float32


def test_batches_are_weighed_by_their_examples(network, x):
    one = screen(network, x, PARTS, metric=squared)
    cut = screen(network, x, PARTS, metric=squared, batch_size=5)
    ours = cut.set_index("component")["guess"][one["component"]]
    assert np.allclose(one["guess"], ours, rtol=1e-4, atol=1e-7)


def test_a_metric_without_a_gradient_is_refused(network, x):
    with pytest.raises(NoGradientError, match="LowPrecision"):
        screen(network, x, PARTS, metric=lambda out: float(out.detach().mean()))
    found = screen(
        network, x, PARTS, metric=lambda out: float(out.detach().mean()), guess=LowPrecision()
    )
    assert len(found) == 24


def test_a_guess_that_is_no_screen_is_refused(network, x):
    with pytest.raises(QuestionError, match="guess is 3; expected a screen, such as FirstOrder"):
        screen(network, x, PARTS, metric=lambda out: out[:, 0], guess=3)
    with pytest.raises(QuestionError, match=r"guess is <class .*LowPrecision'>; expected"):
        screen(network, x, PARTS, metric=lambda out: out[:, 0], guess=LowPrecision)


def test_a_screen_that_is_not_measured_is_refused(network, x):
    with pytest.raises(StudyError, match="sample of two"):
        screen(network, x, PARTS, metric=squared, sample=0)
