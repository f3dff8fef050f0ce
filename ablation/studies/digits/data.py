"""The scans: 8 x 8 pixels from 43 people's handwriting, split anew for every seed.

Alpaydin & Kaynak (1998), "Optical recognition of handwritten digits", UCI archive; the copy is
the one that scikit-learn ships, so nothing is downloaded.
"""

from dataclasses import dataclass
from functools import cache

import torch
from sklearn.datasets import load_digits
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Examples:
    """Images of shape (n, 8, 8) with values in [0, 1], and the digit on each.

    >>> examples = scans()
    >>> examples.images.shape, int(examples.labels.max())
    (torch.Size([1797, 8, 8]), 9)
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, rows: Tensor) -> "Examples":
        """Take some of the examples, in the order given."""
        return Examples(self.images[rows], self.labels[rows])


@dataclass(frozen=True, eq=False)
class Split:
    """What a run may learn from, and what it is judged on."""

    train: Examples
    test: Examples


@cache
def scans() -> Examples:
    """Read all the scans, in the archive's order."""
    pixels, digits = load_digits(return_X_y=True)
    images = torch.tensor(pixels, dtype=torch.float32).reshape(-1, 8, 8) / 16
    return Examples(images, torch.tensor(digits, dtype=torch.int64))


def split(seed: int, *, train: int) -> Split:
    """Shuffle the scans by the seed; the first `train` are learnt from, the rest are the test.

    >>> parts = split(0, train=1000)
    >>> len(parts.train), len(parts.test)
    (1000, 797)
    """
    everything = scans()
    order = torch.randperm(len(everything), generator=torch.Generator().manual_seed(seed))
    return Split(everything.at(order[:train]), everything.at(order[train:]))
