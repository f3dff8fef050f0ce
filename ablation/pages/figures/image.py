"""A small grey image, such as a scanned digit: ink on paper, whichever of the two is dark."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ablation.pages.figures.svg import RULE, drawing, element, group

Pixels = Sequence[Sequence[float]] | NDArray[np.float64]


def image_figure(
    pixels: Pixels, *, title: str, width: float = 160, full: float | None = None
) -> Markup:
    """Draw a matrix of intensities as squares of ink; `full` is the value of full ink.

    >>> image_figure([[0, 8], [16, 0]], title="A stroke").count("<rect")
    3
    """
    ink = np.asarray(pixels, dtype=np.float64)
    if ink.ndim != 2 or not ink.size or not np.isfinite(ink).all():
        raise ValueError(f"an image is a matrix of finite numbers, not of shape {ink.shape}.")
    top = full if full is not None else float(ink.max())
    shares = np.clip(ink / top, 0, 1) if top > 0 else np.zeros_like(ink)
    rows, columns = ink.shape
    side = width / columns
    squares = [
        element("rect", x=j * side, y=i * side, width=side, height=side,
                fill_opacity=round(float(share), 2))
        for (i, j), share in np.ndenumerate(shares)
        if share > 0.004
    ]  # fmt: skip
    height = rows * side
    frame = element("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, fill="none",
                    stroke=RULE)  # fmt: skip
    inside = [group(squares, shape_rendering="crispEdges"), frame]
    return drawing(inside, width=width, height=height, title=title)
