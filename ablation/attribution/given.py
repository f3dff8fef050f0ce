"""The input that a prediction was made of, small enough to be kept beside the answer and drawn."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from ablation.neural.trees import Inputs, tensors
from ablation.pages.figures import image_figure
from ablation.pages.figures.svg import INK, MUTED, RULE, drawing, element, label, text_width

LARGEST = 4096  # numbers; what has more is not kept


@dataclass(frozen=True, slots=True)
class Given:
    """The first tensor of an input: its shape without leading ones, and its numbers row by row.

    >>> import torch
    >>> Given.of((torch.tensor([[3, 1, 4]]), None))
    Given(shape=(3,), values=(3.0, 1.0, 4.0), labels=True)
    """

    shape: tuple[int, ...]
    values: tuple[float, ...]
    labels: bool  # whole numbers, such as tokens

    @classmethod
    def of(cls, inputs: Inputs) -> "Given | None":
        """Keep an input; nothing where it has no tensor, or too large a one."""
        first = next((leaf for leaf in tensors(inputs) if not leaf.is_complex()), None)
        if first is None or not 0 < first.numel() <= LARGEST:
            return None
        shape = tuple(first.shape)
        while shape[:1] == (1,) and len(shape) > 1:
            shape = shape[1:]
        values = tuple(float(each) for each in first.detach().flatten().tolist())
        return cls(shape, values, not first.is_floating_point())


def input_figure(given: Given, width: float = 180) -> Markup | None:
    """Draw an input: an image, a row of tokens, or numbers as shades; nothing above three axes."""
    values = np.array(given.values).reshape(given.shape)
    if given.labels and values.ndim == 1:
        return _tokens([str(int(each)) for each in values], width)
    if values.ndim == 3:
        values = values.mean(0)  # channels
    if values.ndim == 1:
        values = values[None]
    if values.ndim != 2 or not np.isfinite(values).all():
        return None
    low, high = float(values.min()), float(values.max())
    shades = (values - low) / (high - low) if high > low else np.full_like(values, 0.5)
    return image_figure(shades, title="What went in", width=width, full=1.0)


def _tokens(words: list[str], width: float) -> Markup:
    """Tokens in boxes, line by line."""
    pieces: list[Markup] = []
    x, y = 0.0, 0.0
    for word in words:
        wide = text_width(word) + 12
        if x and x + wide > width:
            x, y = 0.0, y + 30
        pieces.append(element("rect", x=x + 0.5, y=y + 0.5, width=wide - 1, height=23, rx=4,
                              fill="none", stroke=RULE))  # fmt: skip
        pieces.append(label(word, x + wide / 2, y + 17, text_anchor="middle", fill=INK))
        x += wide + 5
    caption = label("what went in", 0, y + 44, fill=MUTED, font_size=12.5)
    return drawing([*pieces, caption], width=width, height=y + 50, title="What went in",
                   description=" ".join(words))  # fmt: skip
