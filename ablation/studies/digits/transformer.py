"""A vision transformer small enough to retrain hundreds of times, every part a named module.

Dosovitskiy et al. (2021), "An image is worth 16x16 words"; pre-norm residual branches after Xiong
et al. (2020). Each part is called once in a forward pass and writes to one stream, so it can be
left out before training (the recipe) or patched afterwards (by its name).
"""

import torch
from torch import Tensor, nn

from ablation.studies.digits.recipe import Recipe

PATCH = (4, 2)
TOKENS = (8 // PATCH[0]) * (8 // PATCH[1])
WIDTH, HEADS, DEPTH, CLASSES = 32, 4, 2, 10


class Embed(nn.Module):
    """Cut an image into patches, and write each as a vector."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.project = nn.Linear(PATCH[0] * PATCH[1], WIDTH)

    def forward(self, images: Tensor) -> Tensor:
        """Map (n, 8, 8) to (n, tokens, width)."""
        patches = images.unfold(1, PATCH[0], PATCH[0]).unfold(2, PATCH[1], PATCH[1])
        vectors: Tensor = self.project(patches.flatten(3).flatten(1, 2))
        return vectors


class Position(nn.Module):
    """One learnt vector a place, the same for every image: tells the patches apart."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.table = nn.Parameter(torch.empty(TOKENS, WIDTH))

    def forward(self, images: Tensor) -> Tensor:
        """Repeat the table for every image, so that each example carries its own copy."""
        return self.table.expand(images.size(0), -1, -1)


class Attention(nn.Module):
    """Let the patches look at each other; the only part that mixes them."""

    def __init__(self, recipe: Recipe) -> None:
        nn.Module.__init__(self)
        self.norm = nn.LayerNorm(WIDTH) if recipe.norm else nn.Identity()
        self.mix = nn.Linear(WIDTH, 3 * WIDTH)
        self.write = nn.Linear(WIDTH, WIDTH)
        self.dropout = nn.Dropout(recipe.dropout)

    def forward(self, stream: Tensor) -> Tensor:
        """Write what each patch found in the others."""
        mixed = self.mix(self.norm(stream)).unflatten(2, (3, HEADS, WIDTH // HEADS))
        query, key, value = (mixed.select(2, which).transpose(1, 2) for which in range(3))
        found = nn.functional.scaled_dot_product_attention(query, key, value)
        written: Tensor = self.dropout(self.write(found.transpose(1, 2).flatten(2)))
        return written


class Perceptron(nn.Module):
    """Think about each patch by itself."""

    def __init__(self, recipe: Recipe) -> None:
        nn.Module.__init__(self)
        self.norm = nn.LayerNorm(WIDTH) if recipe.norm else nn.Identity()
        self.widen = nn.Linear(WIDTH, 2 * WIDTH)
        self.write = nn.Linear(2 * WIDTH, WIDTH)
        self.dropout = nn.Dropout(recipe.dropout)

    def forward(self, stream: Tensor) -> Tensor:
        """Write a function of each patch."""
        hidden = nn.functional.gelu(self.widen(self.norm(stream)))
        written: Tensor = self.dropout(self.write(hidden))
        return written


class Block(nn.Module):
    """Attention, then the perceptron; what a branch writes is added to the stream."""

    def __init__(self, recipe: Recipe) -> None:
        nn.Module.__init__(self)
        self.residual = recipe.residual
        self.attention = Attention(recipe) if recipe.attention else None
        self.mlp = Perceptron(recipe) if recipe.mlp else None

    def forward(self, stream: Tensor) -> Tensor:
        """Pass the stream on; a branch that was left out leaves it as it is."""
        for branch in (self.attention, self.mlp):
            if branch is not None:
                written = branch(stream)
                stream = stream + written if self.residual else written
        return stream


class VisionTransformer(nn.Module):
    """The network that a recipe describes, without a single weight drawn yet.

    >>> network = VisionTransformer(Recipe(mlp=False))
    >>> sorted({name.rsplit(".", 2)[0] for name, _ in network.blocks[0].named_parameters()})
    ['attention']
    """

    def __init__(self, recipe: Recipe) -> None:
        nn.Module.__init__(self)
        self.embed = Embed()
        self.position = Position() if recipe.position else None
        self.blocks = nn.ModuleList(Block(recipe) for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH) if recipe.norm else nn.Identity()
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        """Map images to the ten digits' logits."""
        stream = self.embed(images)
        if self.position is not None:
            stream = stream + self.position(images)
        for block in self.blocks:
            stream = block(stream)
        logits: Tensor = self.head(self.norm(stream).mean(1))
        return logits
