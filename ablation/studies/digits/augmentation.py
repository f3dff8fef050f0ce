"""Augmentation: every image turned and shifted a little, anew each time it is seen.

The usual recipe for scans (Simard, Steinkraus & Platt 2003). On images of 8 x 8 pixels that fill
their frame it need not help; the study finds out.
"""

from math import pi

import torch
from torch import Tensor

TURN = pi / 18
SHIFT = 1 / 16


def jittered(images: Tensor, stream: torch.Generator) -> Tensor:
    """Turn by up to 10 degrees and shift by up to half a pixel, each image by its own amount.

    >>> jittered(torch.zeros(3, 8, 8), torch.Generator().manual_seed(0)).shape
    torch.Size([3, 8, 8])
    """
    angle = TURN * _spread(len(images), stream)
    across, down = (2 * SHIFT * _spread(len(images), stream) for _ in range(2))
    rows = [
        torch.stack([angle.cos(), -angle.sin(), across], 1),
        torch.stack([angle.sin(), angle.cos(), down], 1),
    ]
    size = [len(images), 1, *images.shape[1:]]
    grid = torch.nn.functional.affine_grid(torch.stack(rows, 1), size, align_corners=False)
    moved = torch.nn.functional.grid_sample(images.unsqueeze(1), grid, align_corners=False)
    return moved.squeeze(1)


def _spread(n: int, stream: torch.Generator) -> Tensor:
    """Draw n numbers, uniform over [-1, 1]."""
    return 2 * torch.rand(n, generator=stream) - 1
