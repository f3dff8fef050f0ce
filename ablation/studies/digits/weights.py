"""A trained network on disk: arrays and a digest, no pickle; trained once, then only read.

The file appears whole or not at all (written beside, flushed, renamed), so a training that was
interrupted leaves nothing behind. Its name says what was asked for, its digest what is in it.
"""

import hashlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray

from ablation.canonical import digest
from ablation.design import Seeds
from ablation.errors import AblationError
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.training import fitted, one_thread
from ablation.studies.digits.transformer import VisionTransformer

Arrays: TypeAlias = dict[str, NDArray[np.float32]]


class DamagedWeightsError(AblationError):
    """A weights file whose content is not what was written; it is left as it was found."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path} {problem}: delete it, and the network is trained again.")


def trained(recipe: Recipe, seeds: Seeds, folder: Path) -> VisionTransformer:
    """Read the network from the folder, or train it and save it there; ready to predict.

    Raises DamagedWeightsError when the file is not what was written.
    """
    path = folder / f"{named(recipe, seeds)}.npz"
    if not path.exists():
        with one_thread():
            network = fitted(recipe, seeds)
        save(network, path)
        return network
    return load(recipe, path)


def named(recipe: Recipe, seeds: Seeds) -> str:
    """Name a training by what was asked for.

    >>> named(Recipe(), Seeds("digits", 0)) == named(Recipe(mlp=False), Seeds("digits", 0))
    False
    """
    asked = digest({"recipe": asdict(recipe), "study": seeds.study, "seed": seeds.seed})
    return f"{seeds.study}-{seeds.seed}-{asked[:12]}"


def save(network: VisionTransformer, path: Path) -> None:
    """Write the weights and their digest, all at once."""
    arrays = {name: weights.numpy() for name, weights in network.state_dict().items()}
    beside = path.with_suffix(f".{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            np.savez(file, allow_pickle=False, sha256=_content(arrays), **arrays)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def load(recipe: Recipe, path: Path) -> VisionTransformer:
    """Read what `save` wrote, and hold it to its digest."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            content = str(archive["sha256"])
            arrays = {name: archive[name] for name in archive.files if name != "sha256"}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DamagedWeightsError(path, f"cannot be read ({error})") from error
    if _content(arrays) != content:
        raise DamagedWeightsError(path, "does not hold what was written")
    network = VisionTransformer(recipe)
    network.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
    return network.eval()


def _content(arrays: Arrays) -> str:
    """SHA-256 over names, shapes and values, in the order of names."""
    content = hashlib.sha256()
    for name in sorted(arrays):
        content.update(f"{name} {arrays[name].dtype} {arrays[name].shape}\n".encode())
        content.update(np.ascontiguousarray(arrays[name]).tobytes())
    return content.hexdigest()
