"""Where a module has its weights and buffers, and others put there while a block lasts.

As `torch.func.functional_call` does; but the places are found once, not in every call.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor, nn

from ablation.neural.training.errors import NotTogetherError


@dataclass(frozen=True, slots=True)
class Slot:
    """One place where a weight or buffer is registered, and its first name in the module."""

    registry: dict[str, Tensor | None]
    key: str
    called: str  # where this place is, for messages
    name: str


@dataclass(frozen=True, slots=True)
class Registered:
    """Every place of a module; a tensor that is tied has several."""

    slots: tuple[Slot, ...]

    @classmethod
    def of(cls, module: nn.Module) -> "Registered":
        """Find the places; a module under two names has them once, or it would be put back twice.

        >>> shared = nn.Linear(2, 2)
        >>> [each.name for each in Registered.of(nn.Sequential(shared, shared)).slots]
        ['0.weight', '0.bias']
        """
        tensors = [*module.named_parameters(), *module.named_buffers()]
        first = {id(value): name for name, value in tensors}
        found = []
        for prefix, part in module.named_modules():
            for registry in (part._parameters, part._buffers):
                for key, value in registry.items():
                    if value is not None:
                        called = f"{prefix}.{key}" if prefix else key
                        found.append(Slot(registry, key, called, first[id(value)]))
        return cls(tuple(found))

    @contextmanager
    def holding(self, state: Mapping[str, Tensor]) -> Iterator[None]:
        """Let the module have these tensors, by their first names.

        Raises NotTogetherError where the module has put another one in place of them.

        >>> import torch
        >>> net = nn.Linear(1, 1, bias=False)
        >>> with Registered.of(net).holding({"weight": torch.full((1, 1), 2.0)}):
        ...     net(torch.ones(1))
        tensor([2.])
        """
        own = [each.registry[each.key] for each in self.slots]
        try:
            for each in self.slots:
                each.registry[each.key] = state[each.name]
            yield
            for each in self.slots:
                if each.registry.get(each.key) is not state[each.name]:
                    raise NotTogetherError(f"its forward puts another tensor into {each.called}.")
        finally:
            for each, value in zip(self.slots, own, strict=True):
                each.registry[each.key] = value
