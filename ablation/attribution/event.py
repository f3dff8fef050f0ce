"""What a prediction is asked about: an event, which holds of an output or does not.

Any function of the output serves: a truth, or a margin, which is a number above zero exactly when
the event holds and says how clearly. The events here print, compare and hash.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ablation.errors import AblationError
from ablation.neural.trees import Tensor

Event: TypeAlias = Callable[..., bool | float | Tensor]
Read: TypeAlias = Callable[..., object]


class EventError(AblationError, TypeError):
    """An event that does not say one thing about one prediction."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem} An event returns one truth, or one margin (> 0 if it holds).")


@dataclass(frozen=True, slots=True)
class Predicted:
    """The event that a classifier's largest logit is the one of this class; it has a margin.

    `read` finds the logits of one example in an output that is more than they.

    >>> import torch
    >>> Predicted(1)(torch.tensor([[0.0, 3.0, 1.0]]))
    tensor(2.)
    """

    label: int
    read: Read | None = None

    def __call__(self, output: object) -> Tensor:
        """Return the logit of the class less the largest other one, from one example's logits."""
        logits = _logits(self, output)
        best = logits.topk(2)
        rival = best.values[int(best.indices[0] == self.label)]
        return logits[self.label] - rival

    def __str__(self) -> str:
        return f"the prediction is {self.label}"


@dataclass(frozen=True, slots=True)
class Sampled:
    """The event that a label drawn from the logits is this one: the token of a language model.

    Nothing is drawn: the race that draws the label is integrated out, in both worlds at once.
    `temperature` divides the logits, and `read` finds those of one position in the output, as in
    `Sampled(token, read=lambda output: output.logits[0, -1])`.

    >>> import torch
    >>> print(Sampled(1, temperature=0.7))
    the label sampled at temperature 0.7 is 1
    >>> Sampled(1).weights(torch.zeros(1, 4)).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """

    label: int
    temperature: float = 1.0
    read: Read | None = None

    def __post_init__(self) -> None:
        if not 0 < self.temperature < float("inf"):
            raise EventError(f"a label is sampled at a temperature above 0: {self.temperature}.")

    def weights(self, output: object) -> NDArray[np.float64]:
        """The chances of all labels."""
        logits = _logits(self, output).detach().double() / self.temperature
        return np.asarray(logits.softmax(0).cpu().numpy())

    def __call__(self, output: object) -> float:
        """The log odds of the label: above zero if it is likelier than not."""
        chance = float(self.weights(output)[self.label])
        return float(np.log(chance) - np.log1p(-chance)) if 0 < chance < 1 else (2 * chance - 1)

    def __str__(self) -> str:
        at = "" if self.temperature == 1 else f" at temperature {self.temperature:g}"
        return f"the label sampled{at} is {self.label}"


def _logits(event: Predicted | Sampled, output: object) -> Tensor:
    """The logits of one example: all of the output, or what the event reads of it."""
    found = output if event.read is None else event.read(output)
    if not isinstance(found, Tensor) or not found.ndim or found.numel() != found.shape[-1]:
        what = f"shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        raise EventError(f"{event} was asked of an output of {what}; read= finds one's logits.")
    if not 0 <= event.label < found.numel() > 1:
        raise EventError(f"{event}, but there are logits for {found.numel()} classes.")
    return found.flatten()


def described(event: Event) -> str:
    """Say what an event claims, if it prints; functions do not.

    >>> described(Predicted(3)), described(lambda logits: True)
    ('the prediction is 3', 'the event holds')
    """
    text = str(event)
    return "the event holds" if text.startswith("<") else text


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the event held, and by how much if it says that."""

    holds: bool
    margin: float | None = None


def outcome(event: Event, output: object) -> Outcome:
    """Ask an event about one output.

    >>> import torch
    >>> outcome(lambda logits: logits.argmax() == 2, torch.tensor([0.0, 1.0, 2.0]))
    Outcome(holds=True, margin=None)
    >>> outcome(lambda logits: 0.5 - logits[0], torch.tensor([2.0]))
    Outcome(holds=False, margin=-1.5)
    """
    said = event(output)
    if isinstance(said, Tensor | np.ndarray | np.generic):
        many = said.numel() if isinstance(said, Tensor) else said.size
        if many != 1:
            raise EventError(
                f"the event said {many} things about one output. Explain one example at "
                "a time (inputs[i : i + 1])."
            )
        said = said.item()
    if isinstance(said, bool):
        return Outcome(said)
    if isinstance(said, float) and not math.isnan(said):
        return Outcome(said > 0, said)
    raise EventError(f"the event returned {said!r} ({type(said).__name__}).")
