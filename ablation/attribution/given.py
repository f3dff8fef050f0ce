"""The input that a prediction was made of, small enough to be kept beside the answer and drawn."""

from dataclasses import dataclass

from ablation.neural.trees import Inputs, tensors

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
