"""The weights of several arms, flat: one row an arm, so that an optimiser has one tensor to move.

An optimiser that treats every entry by itself cannot tell; it saves the many small steps that
small networks spend most of their time on. A weight that the loss does not read stays apart, as
torch gives it no gradient and an optimiser passes it by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by name; those of one type lie side by side in `flat`."""

    flat: Mapping[torch.dtype, nn.Parameter]
    shapes: Mapping[torch.dtype, Mapping[str, torch.Size]]
    apart: Mapping[str, nn.Parameter]  # that the loss does not read, or that are frozen

    @classmethod
    def of(cls, own: Sequence[Mapping[str, nn.Parameter]], read: frozenset[str]) -> "Weights":
        """Lay the weights of all arms side by side, those that are read by the loss flat.

        >>> layer = dict(nn.Linear(2, 3).named_parameters())
        >>> both = Weights.of([layer, layer], frozenset({"weight"}))
        >>> [tuple(each.shape) for each in both.moved()]
        [(2, 6), (2, 3)]
        """
        whole = {name: torch.stack([each[name].detach() for each in own]) for name in own[0]}
        flat, shapes = {}, {}
        for dtype in dict.fromkeys(each.dtype for each in whole.values()):
            names = [name for name in whole if name in read and whole[name].dtype == dtype]
            if names:
                shapes[dtype] = {name: whole[name].shape[1:] for name in names}
                flat[dtype] = nn.Parameter(torch.cat([whole[n].flatten(1) for n in names], 1))
        apart = {
            name: nn.Parameter(value, own[0][name].requires_grad)
            for name, value in whole.items()
            if name not in read
        }
        return cls(flat, shapes, apart)

    def by_name(self) -> dict[str, Tensor]:
        """Every weight under its name, the arms on the first axis."""
        return torch.func.vmap(self.named)(*self.stacked())

    def stacked(self) -> tuple[list[Tensor], dict[str, Tensor]]:
        """The weights of all arms: the flat ones, and those apart."""
        return list(self.flat.values()), dict(self.apart)

    def named(self, flat: Sequence[Tensor], apart: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights of one arm under their names; gradients arrive in the flat."""
        found = dict(apart)
        for whole, shapes in zip(flat, self.shapes.values(), strict=True):
            pieces = whole.split([shape.numel() for shape in shapes.values()])
            for (name, shape), piece in zip(shapes.items(), pieces, strict=True):
                found[name] = piece.view(shape)
        return found

    def laid(self, grads: Mapping[str, Tensor]) -> None:
        """Lay gradients flat, as the weights are."""
        for dtype, flat in self.flat.items():
            flat.grad = torch.cat([grads[name].flatten(1) for name in self.shapes[dtype]], 1)

    def unread(self, values: Tensor) -> list[tuple[Tensor, str]]:
        """The columns of the flat weights that losses do not read, and whose they are.

        Alone, torch would give them no gradient and an optimiser would pass them by.

        >>> layer = dict(nn.Linear(2, 3).named_parameters())
        >>> weights = Weights.of([layer, layer], frozenset(layer))
        >>> losses = torch.func.vmap(lambda flat: weights.named([flat], {})["bias"].sum())
        >>> [name for _, name in weights.unread(losses(*weights.moved()))]
        ['weight']
        """
        used = _used(values)
        found = []
        for flat, shapes in zip(self.flat.values(), self.shapes.values(), strict=True):
            columns = flat.detach().split([shape.numel() for shape in shapes.values()], 1)
            places = used.get(flat, set())
            found += [
                (column, name)
                for place, (column, name) in enumerate(zip(columns, shapes, strict=True))
                if place not in places
            ]
        return found

    def moved(self) -> list[nn.Parameter]:
        """What an optimiser moves."""
        return [*self.flat.values(), *(each for each in self.apart.values() if each.requires_grad)]


def _used(values: Tensor) -> dict[Tensor, set[int]]:
    """For each leaf that is cut into pieces, which of them lead to some values."""
    used: dict[Tensor, set[int]] = {}
    waiting, seen = [values.grad_fn], {values.grad_fn}
    while waiting:
        node = waiting.pop()
        for after, place in node.next_functions if node is not None else ():
            if after is None:
                continue
            for end, _ in after.next_functions if "Split" in after.name() else ():
                leaf = getattr(end, "variable", None)  # what the gradient of a leaf adds up in
                if isinstance(leaf, Tensor):
                    used.setdefault(leaf, set()).add(place)
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return used
