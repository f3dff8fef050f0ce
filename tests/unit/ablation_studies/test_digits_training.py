"""The bundled training: repeatable bit for bit, and leaving a part out moves nothing else."""

from dataclasses import fields, replace

import pytest
import torch

from ablation.design import Seeds
from ablation.errors import StudyError, UnknownNameError
from ablation.studies.digits.augmentation import jittered
from ablation.studies.digits.data import scans, split
from ablation.studies.digits.initial import initial
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.training import fitted, one_thread, train

TINY = Recipe(epochs=1, images=100)
PARTS = [each.name for each in fields(Recipe) if isinstance(each.default, bool)]
MODULES = {"position", "attention", "norm", "mlp"}


def weights(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    return dict(network.named_parameters())


@pytest.mark.parametrize("part", PARTS)
def test_leaving_a_part_out_leaves_the_other_initial_weights_as_they_are(part: str) -> None:
    seeds = Seeds("test", 3)
    whole = weights(initial(Recipe(), seeds))
    rest = weights(initial(replace(Recipe(), **{part: False}), seeds))
    assert rest.keys() <= whole.keys()
    assert (rest.keys() < whole.keys()) == (part in MODULES)
    assert all(torch.equal(rest[name], whole[name]) for name in rest)


def test_another_seed_draws_other_weights() -> None:
    one, two = (weights(initial(Recipe(), Seeds("test", seed))) for seed in (0, 1))
    matrices = [name for name, value in one.items() if value.dim() == 2]
    assert not any(torch.equal(one[name], two[name]) for name in matrices)


def test_no_two_parameters_start_alike() -> None:
    drawn = weights(initial(Recipe(), Seeds("test", 0)))
    starts = [tuple(each.flatten()[:4].tolist()) for each in drawn.values() if each.dim() == 2]
    assert len(set(starts)) == len(starts)


def test_training_is_repeatable_bit_for_bit_whatever_ran_before() -> None:
    seeds = Seeds("test", 0)
    with one_thread():
        first = weights(fitted(TINY, seeds))
        torch.manual_seed(99)
        torch.rand(7)
        second = weights(fitted(TINY, seeds))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_training_leaves_the_global_generator_and_the_threads_as_they_were() -> None:
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    train({"epochs": 1, "images": 50}, Seeds("test", 0))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("part", [*PARTS, "dropout", "smoothing"])
def test_every_switch_changes_what_is_trained(part: str) -> None:
    seeds = Seeds("test", 0)
    tiny = {"epochs": 1, "images": 600}
    assert train({**tiny, part: False if part in PARTS else 0.0}, seeds) != train(tiny, seeds)


def test_a_few_epochs_learn_the_digits() -> None:
    measured = train({"epochs": 6}, Seeds("test", 0))
    assert measured["accuracy"] > 0.7


def test_a_split_neither_loses_nor_shares_a_scan() -> None:
    parts = split(4, train=1000)
    both = torch.cat([parts.train.images, parts.test.images]).flatten(1)
    everything = scans().images.flatten(1)
    assert sorted(map(tuple, both.tolist())) == sorted(map(tuple, everything.tolist()))


def test_a_split_depends_on_its_seed_alone() -> None:
    assert torch.equal(split(1, train=10).test.labels, split(1, train=10).test.labels)
    assert not torch.equal(split(1, train=10).test.labels, split(2, train=10).test.labels)


def test_augmentation_moves_ink_and_hardly_loses_any() -> None:
    images = scans().images[:200]
    moved = jittered(images, torch.Generator().manual_seed(0))
    assert not torch.equal(moved, images)
    assert abs(1 - (moved.sum() / images.sum()).item()) < 0.05


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"atention": False}, "Did you mean attention"),
        ({"dropout": 1.0}, "below 1"),
        ({"epochs": 0}, "at least 1 epoch"),
        ({"images": 1797}, "the rest are the test"),
        ({"attention": 1}, "attention in the recipe is like True, not 1"),
        ({"epochs": True}, "epochs in the recipe is like 15, not True"),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused(config: dict[str, object], words: str) -> None:
    with pytest.raises((StudyError, UnknownNameError), match=words):
        Recipe.of(config)
