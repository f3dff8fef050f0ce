"""Initial weights, one random stream per parameter *name*.

Drawn in sequence, the weights after a missing module would all be others, and two networks that
should share their start would not: pairing by seed would be in name only.
"""

import torch
from torch import Tensor, nn

from ablation.design import Seeds
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.transformer import VisionTransformer


def initial(recipe: Recipe, seeds: Seeds) -> VisionTransformer:
    """Build the network with its first weights; a part's start does not depend on the other parts.

    >>> seeds = Seeds("doctest", 0)
    >>> whole, part = initial(Recipe(), seeds), initial(Recipe(position=False), seeds)
    >>> bool((whole.head.weight == part.head.weight).all())
    True
    """
    with torch.device("meta"):
        network = VisionTransformer(recipe)
    network.to_empty(device="cpu")
    with torch.no_grad():
        for name, weights in network.named_parameters():
            _draw(name, weights, torch.Generator().manual_seed(seeds[f"init {name}"]))
    return network


def _draw(name: str, weights: Tensor, stream: torch.Generator) -> None:
    """Uniform over 1/sqrt(inputs) for a matrix (LeCun et al. 1998); norms start as the identity."""
    if name == "position.table":
        weights.normal_(0, 0.5, generator=stream)
    elif weights.dim() == 2:
        bound = weights.shape[1] ** -0.5
        weights.uniform_(-bound, bound, generator=stream)
    elif name.endswith("norm.weight"):
        nn.init.ones_(weights)
    else:
        nn.init.zeros_(weights)
