"""What each component computes in one forward pass, with others switched off or held.

Holding a component means that it still computes, and passes on what it returned in another run:
the controlled direct effect of Pearl (2001), known for networks as path patching.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from ablation.neural.errors import CallsDifferError, NeuralError, UnusableReferenceError
from ablation.neural.forwards import Forward, eager, standing_in
from ablation.neural.selection import Patterns, select
from ablation.neural.taps import Place, layered, outermost, passed
from ablation.neural.trees import Inputs, called_on_copies, copied, numbers


@dataclass(frozen=True, slots=True)
class Activations:
    """One forward pass: its output, and what each component returned, call by call."""

    output: object
    own: Mapping[str, tuple[object, ...]]


@dataclass(eq=False)
class Observed:
    """A forward that keeps what passes at a place, and passes on what is held, if anything is."""

    place: Place
    forward: Forward
    held: tuple[object, ...] | None = None
    own: list[object] = field(default_factory=list)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the call."""
        return passed(self.place, self.forward, self.seen, args, kwargs)

    def seen(self, value: object) -> object:
        """Keep a copy of a whole output, or of the pieces that belong to the component."""
        whole = self.place.is_whole
        number = len(self.own)
        self.own.append(copied(value if whole else tuple(self.place.pieces(value))))
        if self.held is None:
            return value
        if number >= len(self.held):
            raise CallsDifferError(len(self.held))
        held = copied(self.held[number])
        return held if whole else self.place.put(value, numbers(held))


def on_reference(
    module: nn.Module, reference: Inputs, components: Patterns
) -> Mapping[str, tuple[object, ...]]:
    """What components are on a reference; raises UnusableReferenceError where it does not fit.

    >>> on_reference(nn.Sequential(nn.Linear(2, 2)), torch.ones(3, 7), "0")
    Traceback (most recent call last):
        ...
    ablation.neural.errors.UnusableReferenceError: the module does not run on reference, which is \
a tensor of shape (3, 7); expected inputs like those that it is run on (RuntimeError: mat1 and \
mat2 shapes cannot be multiplied (3x7 and 2x2)).
    """
    try:
        return observe(module, reference, components).own
    except (NeuralError, torch.OutOfMemoryError):
        raise
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        kind = f"of type {type(reference).__name__}"
        if isinstance(reference, Tensor):
            kind = f"a tensor of shape {tuple(reference.shape)}"
        why = str(error).strip().partition("\n")[0]
        raise UnusableReferenceError(kind, f"{type(error).__name__}: {why}") from error


def observe(
    module: nn.Module,
    inputs: Inputs,
    components: Patterns | None = None,
    *,
    hold: Mapping[str, tuple[object, ...]] | None = None,
) -> Activations:
    """Run a module once and keep what its components compute; `hold` fixes what some pass on.

    >>> net = nn.Sequential(nn.ReLU(), nn.Tanh())
    >>> observe(net, torch.tensor(-1.0)).own
    {'0': (tensor(0.),), '1': (tensor(0.),)}
    """
    module = eager(module)
    held = hold or {}
    seen = layered(
        select(module, components),
        lambda place, forward: Observed(place, forward, held.get(place.name)),
    )
    with torch.no_grad(), standing_in(outermost(seen)):
        output = copied(called_on_copies(module, inputs))
    return Activations(output, {name: tuple(each.own) for name, each in seen.items()})
