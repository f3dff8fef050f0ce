"""Inputs that are as long as there are examples, by chance: a sweep does not cut them."""

import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation.neural.sweep.errors import QuestionError


def first(output):
    return output[:, 0]


class Weighted(nn.Module):
    """Reads examples, and a weight for each feature."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        return self.b(torch.relu(self.a(x)) * weights)


class Masked(nn.Module):
    """Reads examples, which positions to leave out of each, and who may look at whom."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)

    def forward(self, x: Tensor, padding: Tensor, mask: Tensor) -> Tensor:
        return self.layer(x, src_mask=mask, src_key_padding_mask=padding).mean(1)


def same_for_all_sizes(module: nn.Module, inputs, components) -> None:
    whole = ablation.sweep(module, inputs, components, metric=first, verify=None)
    for size in (1, 2, 3):
        cut = ablation.sweep(module, inputs, components, metric=first, batch_size=size, verify=None)
        assert cut["effect"].tolist() == pytest.approx(whole["effect"].tolist(), abs=1e-6)


def test_a_weight_of_features_is_not_one_of_examples():
    torch.manual_seed(0)
    inputs = torch.rand(4, 4), torch.rand(4)
    same_for_all_sizes(Weighted().eval(), inputs, ["a[*]"])
    same_for_all_sizes(Weighted().eval(), {"x": inputs[0], "weights": inputs[1]}, ["a[*]"])


def test_a_mask_of_positions_is_not_cut_and_one_of_examples_is():
    torch.manual_seed(0)
    never = torch.zeros(5, 5, dtype=torch.bool)
    padding, mask = never.clone(), never.clone()
    padding[1, 3:], mask[0, 2] = True, True
    module = Masked().eval()
    same_for_all_sizes(module, (torch.rand(5, 5, 8), padding, mask), ["layer.linear1[*:4]"])


def test_where_no_cut_is_right_nothing_is_guessed():
    class Mixing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)

        def forward(self, x: Tensor, other: Tensor) -> Tensor:
            return self.a(x) - self.a(x).mean(0) * other.mean(0)

    torch.manual_seed(0)
    inputs = torch.rand(4, 4), torch.rand(4, 4)
    with pytest.raises(QuestionError, match="pass a list of batches, not batch_size"):
        ablation.sweep(Mixing(), inputs, ["a"], metric=first, batch_size=2)


def test_a_screen_weighs_such_inputs_alike():
    torch.manual_seed(0)
    inputs, module = (torch.rand(4, 4), torch.rand(4)), Weighted().eval()
    settings = {"metric": first, "top": 4, "sample": 4}
    whole = ablation.screen(module, inputs, "a[*]", **settings)
    cut = ablation.screen(module, inputs, "a[*]", batch_size=2, **settings)
    assert cut["guess"].tolist() == pytest.approx(whole["guess"].tolist(), abs=1e-6)


@pytest.mark.parametrize("transposed", [False, True])
def test_sequences_on_the_first_axis_are_not_cut_into_batches(transposed):
    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.head = nn.GRU(4, 8), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.memory(x.transpose(0, 1) if transposed else x)[0][-1])

    torch.manual_seed(0)
    module, inputs = Recurrent().eval(), torch.rand(6, 5, 4)
    if transposed:
        same_for_all_sizes(module, inputs, ["memory"])
        return
    whole = ablation.sweep(module, inputs, ["memory"], metric=lambda y: y[:, 0].mean())
    assert len(whole) == 1
    with pytest.raises(QuestionError, match="do not lie on the first axis"):
        ablation.sweep(module, inputs, ["memory"], metric=lambda y: y[:, 0].mean(), batch_size=2)


def test_a_state_for_every_position_does_not_hide_that_it_is_a_sequence():
    class States(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.memory, self.head = nn.GRU(4, 8), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.memory(x)[0])

    torch.manual_seed(0)
    with pytest.raises(QuestionError, match="do not lie on the first axis"):
        ablation.sweep(
            States().eval(), torch.rand(6, 5, 4), ["memory"], metric=torch.mean, batch_size=2
        )
