"""Which sub-modules a name or a pattern means.

`*` stands for one step of a dotted name, so "blocks.*.attn" reaches the attention of every block.
A module reached under two names (tied weights) is one component, under its first name. What
torch.compile wraps keeps the names it had before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from torch import nn

from ablation.neural.errors import OverlappingComponentsError, UnknownModuleError
from ablation.neural.forwards import eager, recorded

Patterns: TypeAlias = str | Iterable[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a component's output can be read and replaced: a module, and which of its outputs.

    `nn.MultiheadAttention` never calls its `out_proj`; it reads the weights. What `out_proj`
    would return is the attention's own first output, so that is where it is patched.
    """

    name: str
    module: nn.Module
    only_first: bool = False  # the first tensor of the output, not all of them
    sees_input: bool = True  # whether the module's input is this component's input


def select(module: nn.Module, patterns: Patterns | None = None) -> dict[str, Place]:
    """Find the components that names or patterns mean; by default the children of the module.

    Lists and sequences of modules are opened. Raises UnknownModuleError with the nearest names,
    OverlappingComponentsError where one component contains another, and UnpatchableModuleError
    for what torch.jit or torch.export made.

    >>> net = nn.ModuleDict({"blocks": nn.ModuleList([nn.ReLU(), nn.ReLU()]), "head": nn.ReLU()})
    >>> list(select(net, "blocks.*")), list(select(net))
    (['blocks.0', 'blocks.1'], ['blocks.0', 'blocks.1', 'head'])
    """
    known = named(eager(module))
    if patterns is None:
        chosen = _leaves(module, "")
    else:
        chosen = []
        for pattern in [patterns] if isinstance(patterns, str) else patterns:
            matches = [name for name in known if _matches(name, pattern)]
            if not matches:
                raise UnknownModuleError(pattern, known)
            chosen += matches
    first = {id(part): name for name, part in reversed(known.items())}
    names = dict.fromkeys(first[id(known[name])] for name in chosen)
    places = {name: _place(name, known) for name in names}
    _refuse_nesting(places)
    for owner in known.values():
        if (error := recorded(owner)) and _reaches_into(owner, places):
            raise error
    return places


def named(module: nn.Module) -> dict[str, nn.Module]:
    """Name every sub-module as the source code does, aliases too, wrappers of compilers left out.

    >>> list(named(nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))))
    ['0', '1', '1.0']
    """
    parts = module.named_modules(remove_duplicate=False)
    plain = {_plain(name): part for name, part in parts}
    return {name: part for name, part in plain.items() if name}


def _plain(name: str) -> str:
    return ".".join(step for step in name.split(".") if step != "_orig_mod")


def _matches(name: str, pattern: str) -> bool:
    steps, wanted = name.split("."), pattern.split(".")
    return len(steps) == len(wanted) and all(map(fnmatchcase, steps, wanted))


def _leaves(module: nn.Module, prefix: str) -> list[str]:
    opened = (nn.ModuleList, nn.ModuleDict, nn.Sequential)
    names: list[str] = []
    for step, child in module.named_children():
        name = _plain(f"{prefix}{step}")
        names += _leaves(child, f"{name}.") if isinstance(child, opened) else [name]
    return names


def _place(name: str, known: Mapping[str, nn.Module]) -> Place:
    owner_name, _, step = name.rpartition(".")
    owner = known.get(owner_name)
    if (
        step == "out_proj"
        and isinstance(owner, nn.MultiheadAttention)
        and type(owner).forward is nn.MultiheadAttention.forward
    ):
        return Place(name, owner, only_first=True, sees_input=False)
    return Place(name, known[name])


def _reaches_into(owner: nn.Module, places: Mapping[str, Place]) -> bool:
    parts = set(owner.modules())
    return any(place.module in parts for place in places.values())


def _refuse_nesting(places: Mapping[str, Place]) -> None:
    for outer in places.values():
        inside = {id(part) for part in outer.module.modules()}
        for inner in places.values():
            if inner is not outer and id(inner.module) in inside:
                raise OverlappingComponentsError(outer.name, inner.name)
