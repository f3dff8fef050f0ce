"""A network is trained once; what is read back is what was written, or it is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ablation.design import Seeds
from ablation.studies.digits import weights
from ablation.studies.digits.data import scans
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.weights import DamagedWeightsError, load, named, trained

TINY = Recipe(epochs=1, images=50)
SEEDS = Seeds("test", 0)


def saved(folder: Path) -> Path:
    trained(TINY, SEEDS, folder)
    return folder / f"{named(TINY, SEEDS)}.npz"


def test_a_network_is_trained_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trained(TINY, SEEDS, tmp_path)
    monkeypatch.delattr(weights, "fitted")
    again = trained(TINY, SEEDS, tmp_path)
    images = scans().images[:20]
    assert torch.equal(first(images), again(images))


def test_an_interrupted_training_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained(TINY, SEEDS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_recipe_or_seed_is_another_file() -> None:
    names = {named(recipe, Seeds("test", seed)) for recipe in (TINY, Recipe()) for seed in range(2)}
    assert len(names) == 4


@pytest.mark.parametrize("cut", [0, 100, -1])
def test_a_cut_file_is_refused_and_left_as_it_is(tmp_path: Path, cut: int) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    before = path.read_bytes()
    with pytest.raises(DamagedWeightsError, match="delete it"):
        trained(TINY, SEEDS, tmp_path)
    assert path.read_bytes() == before


def test_a_changed_weight_is_noticed(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["head.bias"] = arrays["head.bias"] + np.float32(1e-3)
    np.savez(path, **arrays)
    with pytest.raises(DamagedWeightsError, match="does not hold what was written"):
        load(TINY, path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    np.savez(path, sha256=np.array([{"code": 1}], dtype=object))
    with pytest.raises(DamagedWeightsError, match="pickle"):
        load(TINY, path)
